/** A chunk that was synced and not written since is whole after a crash; one that was being written may be torn. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';

export const tornByCrash: Check = {
  code: 'C05',
  claim: 'after a crash every synced chunk holds one write, whole',
  examine: (history) => chunkFindings(history, 'C05', 'chunk'),
};
