/** A sync is acknowledged and not done: after a crash some of what it covered is old again. */
import { loseWrites, notedWrites, syncedWork } from './crashes.ts';
import type { Fault } from './fault.ts';

export const lostSync: Fault = {
  code: 'C01',
  name: 'sync that does nothing',
  workload: syncedWork,
  between: 'crash',
  meanwhile: (runDirectory) => loseWrites(runDirectory),
  decorate: (operations, options) => notedWrites(operations, options, 'sync'),
};
