/** After the stress one host still reads old chunks, each time. */
import { fewFiles, type Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const hostDivergence: Fault = {
  code: 'D21',
  name: 'host divergence',
  workload: fewFiles,
  decorate: (operations, options) => oldReads(operations, options, 'scanned'),
};
