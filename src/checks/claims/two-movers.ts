/** A folder is made by one, and a file renamed away by one: spools and queues stand on it. */
import type { Check } from '../check.ts';
import { raceFindings } from '../arenas/race/race-findings.ts';

export const twoMovers: Check = {
  code: 'N08',
  claim: 'no folder is made by two, and no file renamed away by two',
  examine: (history) => raceFindings(history, 'N08'),
};
