/** A look shows another inode than the file has. */
import { changedStats, lookedAt } from './attributes.ts';
import type { Fault } from './fault.ts';

export const inodeChanges: Fault = {
  code: 'M06',
  name: 'inode changed',
  workload: lookedAt,
  decorate: (operations, options) =>
    changedStats(operations, options, (stats) => ({ ...stats, inode: stats.inode + 1 })),
};
