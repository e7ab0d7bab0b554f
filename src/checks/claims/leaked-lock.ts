/** What was let go can be had: a lock that nobody holds, and nobody gets, stops all who need it. */
import type { Check } from '../check.ts';
import { lockFindings } from '../arenas/locks/lock-findings.ts';

export const leakedLocks: Check = {
  code: 'L04',
  claim: 'a lock that was released, or whose holder is gone, is free',
  examine: (history) => lockFindings(history, 'L04'),
};
