/** Data that a truncate had cut off is back after the file was extended. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../fold.ts';

export const truncateResurrections: Check = {
  code: 'D20',
  claim: 'bytes after a truncate and an extension are zero',
  examine: (history) => chunkFindings(history, 'D20', 'run'),
};
