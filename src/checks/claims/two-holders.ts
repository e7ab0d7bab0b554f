/** What a lock is for: whoever holds it is alone. A counter that two continue from the same number tells, without any clock. */
import type { Check } from '../check.ts';
import { lockFindings } from '../arenas/locks/lock-findings.ts';

export const twoHolders: Check = {
  code: 'L01',
  claim: 'an exclusive lock has one holder at a time',
  examine: (history) => lockFindings(history, 'L01'),
};
