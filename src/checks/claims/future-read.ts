/** Data from the future: whoever read it was done before its write began. No cache, however late, does that. */
import type { Check } from '../check.ts';
import { staleFindings } from '../reads/stale-findings.ts';

export const futureReads: Check = {
  code: 'D15',
  claim: 'no read shows data whose write certainly began after the read had ended',
  examine: (history) => staleFindings(history, 'D15'),
};
