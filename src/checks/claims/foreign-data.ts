/** A stamp of another run: blocks handed out without being cleared, or misdirected. */
import { appendFindings } from '../append-findings.ts';
import type { Check } from '../check.ts';
import { chunkFindings } from '../fold.ts';
import { sharedFindings } from '../shared-findings.ts';

export const foreignData: Check = {
  code: 'D08',
  claim: 'no file holds data of another run',
  examine: (history) => [
    ...chunkFindings(history, 'D08', 'run'),
    ...appendFindings(history, 'D08'),
    ...sharedFindings(history, 'D08'),
  ],
};
