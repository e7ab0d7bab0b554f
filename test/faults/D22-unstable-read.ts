/** After the stress one host reads some chunks old, and then as they are. */
import { fewFiles, type Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const unstableRead: Fault = {
  code: 'D22',
  name: 'unstable read',
  workload: fewFiles,
  decorate: (operations, options) => oldReads(operations, options, 'scanned once'),
};
