/** The disk refuses a write that is in the cache, the sync says nothing of it, and the cache is dropped. */
import { loseWrites, notedWrites, syncedWork } from './crashes.ts';
import type { Fault } from './fault.ts';

export const silentWriteError: Fault = {
  code: 'C06',
  name: 'silent write error',
  workload: { ...syncedWork, filesPerFolder: 1, weights: { ...syncedWork.weights, read: 120 } },
  between: 'command',
  meanwhile: (runDirectory) => loseWrites(runDirectory),
  decorate: (operations, options) => notedWrites(operations, options, 'sync'),
};
