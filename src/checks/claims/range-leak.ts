/** Ranges of one file are locks of their own, to the byte. */
import type { Check } from '../check.ts';
import { lockFindings } from '../arenas/locks/lock-findings.ts';

export const rangeLeaks: Check = {
  code: 'L06',
  claim: 'a lock of a range leaves its neighbours alone',
  examine: (history) => lockFindings(history, 'L06'),
};
