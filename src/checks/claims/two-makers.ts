/** A name that must be free is made by one, however many try: lock files and elections stand on it. */
import type { Check } from '../check.ts';
import { raceFindings } from '../arenas/race/race-findings.ts';

export const twoMakers: Check = {
  code: 'N07',
  claim: 'no name is made by two at the same time, by O_EXCL, link or symlink',
  examine: (history) => raceFindings(history, 'N07'),
};
