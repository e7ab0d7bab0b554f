/** A good chunk of the right file at the wrong place; each chunk of a swapped pair is a finding. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const misplacedChunks: Check = {
  code: 'D06',
  claim: 'every chunk is at the position that it was written to',
  examine: (history) => [...chunkFindings(history, 'D06', 'chunk'), ...sharedFindings(history, 'D06')],
};
