/** A rename is done after a crash if its folder was synced, and else done or not done, never half. */
import type { Check } from '../check.ts';
import { nameFindings } from '../crash/crash-findings.ts';

export const renamesLost: Check = {
  code: 'C03',
  claim: 'after a crash every synced rename is done, and any other done or not',
  examine: (history) => nameFindings(history, 'C03'),
};
