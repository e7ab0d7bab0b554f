/** A name onto which another file is renamed is there all the time: what replaces configuration and state safely stands on it. */
import type { Check } from '../check.ts';
import { answerFindings } from '../names/answer-findings.ts';

export const renameGaps: Check = {
  code: 'N05',
  claim: 'no name is gone while another file is renamed onto it',
  examine: (history) => answerFindings(history, 'N05'),
};
