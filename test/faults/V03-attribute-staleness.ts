/** A stat tells the size that it told the last time. */
import { momentsOf, type Fault } from './fault.ts';

export const staleAttributes: Fault = {
  code: 'V03',
  name: 'attribute staleness',
  workload: {
    weights: { mkdir: 0, delete: 2, list: 0, touch: 10, stat: 40, read: 10, write: 30, rename: 3, truncate: 5 },
  },
  decorate(operations, options) {
    const moments = momentsOf(options);
    const last = new Map<string, number>();
    return {
      ...operations,
      stat(path) {
        const stats = operations.stat(path);
        const known = last.get(path);
        last.set(path, stats.size);
        const isOld = known !== undefined && known !== stats.size;
        return isOld && moments.isNow() ? { ...stats, size: known } : stats;
      },
    };
  },
};
