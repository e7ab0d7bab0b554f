/** A look shows a ctime from before the one that the look before it showed. */
import { changedStats, lookedAt } from './attributes.ts';
import type { Fault } from './fault.ts';

export const ctimeGoesBack: Fault = {
  code: 'M02',
  name: 'ctime backwards',
  workload: lookedAt,
  decorate: (operations, options) =>
    changedStats(operations, options, (stats) => ({ ...stats, changedMs: stats.changedMs - 5_000 })),
};
