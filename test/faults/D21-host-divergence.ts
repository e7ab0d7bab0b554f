/** After the stress one host still reads old chunks, each time. */
import type { Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const hostDivergence: Fault = {
  code: 'D21',
  name: 'host divergence',
  isOfFewFiles: true,
  decorate: (operations, options) => oldReads(operations, options, 'scanned'),
};
