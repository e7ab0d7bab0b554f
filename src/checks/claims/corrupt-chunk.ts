/** Bytes that no operation wrote: no readable stamp, or a body that its stamp does not explain. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const corruptChunks: Check = {
  code: 'D05',
  claim: 'every chunk is one that some operation wrote, to the last byte',
  examine: (history) => [...chunkFindings(history, 'D05', 'chunk'), ...sharedFindings(history, 'D05')],
};
