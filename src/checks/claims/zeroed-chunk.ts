/** Zeros where data was acknowledged; zeros that a truncate made are right. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../fold.ts';
import { sharedFindings } from '../shared-findings.ts';

export const zeroedChunks: Check = {
  code: 'D11',
  claim: 'no acknowledged data turned into zeros',
  examine: (history) => [...chunkFindings(history, 'D11', 'run'), ...sharedFindings(history, 'D11')],
};
