/** An old write was done again, after the stress and by nobody: what a newer one had left is gone. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';

export const duplicatedWrites: Check = {
  code: 'D23',
  claim: 'after the stress no old write comes back',
  examine: (history) => chunkFindings(history, 'D23', 'run'),
};
