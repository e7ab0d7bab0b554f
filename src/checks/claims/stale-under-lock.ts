/** A lock without the data is worth nothing: who gets it reads what its last holder wrote, whatever the client has cached. */
import type { Check } from '../check.ts';
import { lockFindings } from '../arenas/locks/lock-findings.ts';

export const staleUnderLock: Check = {
  code: 'L05',
  claim: 'who gets a lock sees what was written under it before',
  examine: (history) => lockFindings(history, 'L05'),
};
