/** Zeros where data was acknowledged; zeros that a truncate made are right. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const zeroedChunks: Check = {
  code: 'D11',
  claim: 'no acknowledged data turned into zeros',
  examine: (history) => [...chunkFindings(history, 'D11', 'run'), ...sharedFindings(history, 'D11')],
};
