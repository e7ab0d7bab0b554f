/** A worker sees its own acknowledged changes, which needs no clock to prove. */
import type { Check } from '../check.ts';
import { staleFindings } from '../reads/stale-findings.ts';

export const readYourWrites: Check = {
  code: 'D14',
  claim: 'every worker sees what it wrote itself',
  examine: (history) => staleFindings(history, 'D14'),
};
