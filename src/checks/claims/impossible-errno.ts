/** No operation fails for a state that its names are not in. */
import type { Check } from '../check.ts';
import { answerFindings } from '../names/answer-findings.ts';

export const impossibleErrors: Check = {
  code: 'N10',
  claim: 'no error tells of a state that the names were not in',
  examine: (history) => answerFindings(history, 'N10'),
};
