/** What was made or removed before its folder was synced stays so over a crash. */
import type { Check } from '../check.ts';
import { nameFindings } from '../crash/crash-findings.ts';

export const entriesLost: Check = {
  code: 'C04',
  claim: 'after a crash every name that was synced with its folder is there, and none that was removed',
  examine: (history) => nameFindings(history, 'C04'),
};
