/** An error of writing to the disk is told to somebody: nothing that was synced goes without a crash and without a word. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';

export const silentLosses: Check = {
  code: 'C06',
  claim: 'what was synced and read again is still there when the caches are gone',
  examine: (history) => chunkFindings(history, 'C06', 'file'),
};
