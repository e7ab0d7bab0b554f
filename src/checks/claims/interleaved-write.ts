/** One write is there as a whole: of two at the same time, one comes last. */
import type { Check } from '../check.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const interleavedWrites: Check = {
  code: 'D10',
  claim: 'no chunk mixes the writes of two workers',
  examine: (history) => sharedFindings(history, 'D10'),
};
