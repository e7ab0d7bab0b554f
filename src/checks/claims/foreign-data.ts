/** A stamp of another run: blocks handed out without being cleared, or misdirected. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const foreignData: Check = {
  code: 'D08',
  claim: 'no file holds data of another run',
  examine: (history) => [
    ...chunkFindings(history, 'D08', 'run'),
    ...appendFindings(history, 'D08'),
    ...sharedFindings(history, 'D08'),
  ],
};
