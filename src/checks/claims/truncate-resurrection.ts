/** Data that a truncate had cut off, or a hole had made zeros of, is back. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';

export const truncateResurrections: Check = {
  code: 'D20',
  claim: 'bytes of a hole, or after a truncate and an extension, are zero',
  examine: (history) => chunkFindings(history, 'D20', 'run'),
};
