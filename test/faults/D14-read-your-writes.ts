/** A worker reads what it wrote over. */
import type { Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const readYourWritesBroken: Fault = {
  code: 'D14',
  name: 'read-your-writes broken',
  isOfFewFiles: true,
  decorate: (operations, options) => oldReads(operations, options, 'own'),
};
