/** Once nothing changes any more, a host that reads again reads the same. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';
import { chunkFindings } from '../findings/fold.ts';
import { sharedFindings } from '../arenas/shared/shared-findings.ts';

export const unstableReads: Check = {
  code: 'D22',
  claim: 'after the stress a host that reads twice reads the same bytes',
  examine: (history) => [
    ...chunkFindings(history, 'D22', 'run'),
    ...appendFindings(history, 'D22'),
    ...sharedFindings(history, 'D22'),
  ],
};
