/** What is there once is removed once: who removes it takes the work that it stands for. */
import type { Check } from '../check.ts';
import { raceFindings } from '../arenas/race/race-findings.ts';

export const twoRemovers: Check = {
  code: 'N09',
  claim: 'nothing is removed by two',
  examine: (history) => raceFindings(history, 'N09'),
};
