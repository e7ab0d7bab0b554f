/** What one read has seen, no later read misses. */
import type { Check } from '../check.ts';
import { staleFindings } from '../reads/stale-findings.ts';

export const nonMonotonicReads: Check = {
  code: 'D13',
  claim: 'no read shows older data than a read that had certainly ended before it',
  examine: (history) => staleFindings(history, 'D13'),
};
