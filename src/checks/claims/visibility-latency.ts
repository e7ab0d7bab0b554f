/** A change that somebody doesn't see for longer than the caches of his mount may last. */
import type { Check } from '../check.ts';
import { staleFindings } from '../reads/stale-findings.ts';

export const visibilityLatency: Check = {
  code: 'V02',
  claim: 'what a cache may hide is seen when it has run out',
  examine: (history) => staleFindings(history, 'V02'),
};
