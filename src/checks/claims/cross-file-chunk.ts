/** A good chunk of another file, or of an earlier file of the same name. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const crossFileChunks: Check = {
  code: 'D07',
  claim: 'no file holds chunks of another file',
  examine: (history) => [
    ...chunkFindings(history, 'D07', 'run'),
    ...appendFindings(history, 'D07'),
    ...sharedFindings(history, 'D07'),
  ],
};
