/** A sync is acknowledged when half of a chunk is on the disk: after a crash the rest is old. */
import { loseWrites, notedWrites, syncedWork } from './crashes.ts';
import type { Fault } from './fault.ts';

export const tornByCrash: Fault = {
  code: 'C05',
  name: 'torn by a crash',
  workload: syncedWork,
  between: 'crash',
  meanwhile: (runDirectory) => loseWrites(runDirectory, (chunkBytes) => chunkBytes / 2),
  decorate: (operations, options) => notedWrites(operations, options, 'sync'),
};
