/** A write that was stored in part: one chunk holds two generations. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';

export const tornWrites: Check = {
  code: 'D09',
  claim: 'every chunk holds one write, whole',
  examine: (history) => chunkFindings(history, 'D09', 'chunk'),
};
