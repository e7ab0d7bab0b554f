/** Old data for who opened a file long after its writer had closed it, on a mount that promises at least that. */
import type { Check } from '../check.ts';
import { staleFindings } from '../reads/stale-findings.ts';

export const closeToOpenCheck: Check = {
  code: 'V01',
  claim: 'who opens a file after its writer closed it sees what was written, where the mount promises that',
  examine: (history) => staleFindings(history, 'V01'),
};
