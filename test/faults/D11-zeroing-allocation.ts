/** An allocation makes zeros of the data that is there already. */
import { allocating, changedExtents } from './calls.ts';
import type { Fault } from './fault.ts';

export const zeroingAllocation: Fault = {
  code: 'D11',
  name: 'zeroing allocation',
  call: 'punchHole',
  workload: allocating,
  decorate: (operations) => changedExtents(operations, { mode: 'preallocate', done: 'punchHole' }),
};
