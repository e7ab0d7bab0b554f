/** A worker reads what it wrote over. */
import { fewFiles, type Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const readYourWritesBroken: Fault = {
  code: 'D14',
  name: 'read-your-writes broken',
  workload: fewFiles,
  decorate: (operations, options) => oldReads(operations, options, 'own'),
};
