/** What was synced before a crash is there after it; what was changed since may be as it was then, or newer. */
import type { Check } from '../check.ts';
import { contentFindings } from '../crash/crash-findings.ts';

export const fsyncsLost: Check = {
  code: 'C01',
  claim: 'after a crash every file holds at least what an acknowledged sync of it covered',
  examine: (history) => contentFindings(history, 'C01'),
};
