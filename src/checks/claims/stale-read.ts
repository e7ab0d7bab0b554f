/** Data that was old news when it was read: a newer change had been acknowledged before the read began. */
import type { Check } from '../check.ts';
import { staleFindings } from '../reads/stale-findings.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const staleReadsCheck: Check = {
  code: 'D12',
  claim: 'no read shows older data than a change that had certainly ended before it',
  examine: (history) => [...staleFindings(history, 'D12'), ...sharedFindings(history, 'D12')],
};
