/** Room behind the end of a file is allocated, and the file doesn't get longer. */
import { allocating, changedExtents } from './calls.ts';
import type { Fault } from './fault.ts';

export const lostAllocation: Fault = {
  code: 'D19',
  name: 'lost allocation',
  call: 'fallocate',
  workload: allocating,
  decorate: (operations) => changedExtents(operations, { mode: 'fallocate', done: 'preallocate' }),
};
