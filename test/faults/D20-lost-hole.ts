/** A hole is acknowledged, and the data stays. */
import { allocating, changedExtents } from './calls.ts';
import type { Fault } from './fault.ts';

export const lostHole: Fault = {
  code: 'D20',
  name: 'lost hole',
  call: 'punchHole',
  workload: allocating,
  decorate: (operations) => changedExtents(operations, { mode: 'punchHole', done: undefined }),
};
