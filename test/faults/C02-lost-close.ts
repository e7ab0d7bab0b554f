/** A close is acknowledged and what was written is only in some memory: after a crash of the server it is old again. */
import { loseWrites, notedWrites, syncedWork } from './crashes.ts';
import type { Fault } from './fault.ts';

export const lostClose: Fault = {
  code: 'C02',
  name: 'close that keeps nothing',
  causes: { verdict: 'pass', grade: 'suspect' },
  workload: { ...syncedWork, consistency: 'close-to-open', fsyncEvery: undefined },
  between: 'crash',
  meanwhile: (runDirectory) => loseWrites(runDirectory),
  decorate: (operations, options) => notedWrites(operations, options, 'close'),
};
