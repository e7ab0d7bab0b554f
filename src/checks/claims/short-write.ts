/** A write that was acknowledged as a whole and stored in part. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';

export const shortWrites: Check = {
  code: 'D18',
  claim: 'of a write that was acknowledged the last chunks arrive as the first ones do',
  examine: (history) => chunkFindings(history, 'D18', 'run'),
};
