/** Once nothing changes any more, every host reads the same. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const hostDivergences: Check = {
  code: 'D21',
  claim: 'after the stress all hosts read the same bytes',
  examine: (history) => [
    ...chunkFindings(history, 'D21', 'run'),
    ...appendFindings(history, 'D21'),
    ...sharedFindings(history, 'D21'),
  ],
};
