/** A look shows a time of change from before the one that the look before it showed. */
import { changedStats, lookedAt } from './attributes.ts';
import type { Fault } from './fault.ts';

export const mtimeGoesBack: Fault = {
  code: 'M01',
  name: 'mtime backwards',
  workload: lookedAt,
  decorate: (operations, options) =>
    changedStats(operations, options, (stats) => ({ ...stats, modifiedMs: stats.modifiedMs - 5_000 })),
};
