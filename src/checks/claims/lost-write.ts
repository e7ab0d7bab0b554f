/** Every write that was acknowledged can be read again; a file that went back as a whole is one finding. */
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const lostWrites: Check = {
  code: 'D04',
  claim: 'the final state holds every acknowledged write',
  examine: (history) => [...chunkFindings(history, 'D04', 'file'), ...sharedFindings(history, 'D04')],
};
