/** A look shows a second link of a file that has one name. */
import { changedStats, lookedAt } from './attributes.ts';
import type { Fault } from './fault.ts';

export const wrongLinkCount: Fault = {
  code: 'M03',
  name: 'wrong link count',
  workload: lookedAt,
  decorate: (operations, options) => changedStats(operations, options, (stats) => ({ ...stats, links: 2 })),
};
