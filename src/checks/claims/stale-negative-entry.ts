/** Who looks for a file that is there finds it, also where it had been told before that there is none. */
import type { Check } from '../check.ts';
import { answerFindings } from '../names/answer-findings.ts';

export const staleNegativeEntries: Check = {
  code: 'N13',
  claim: 'no look misses a file that was there all the time',
  examine: (history) => answerFindings(history, 'N13'),
};
