/** A look at a file that this host doesn't change shows another mode than it has. */
import { lookedAt } from './attributes.ts';
import { momentsOf, type Fault } from './fault.ts';

export const staleMode: Fault = {
  code: 'M04',
  name: 'stale mode',
  workload: lookedAt,
  decorate(operations, options) {
    const moments = momentsOf(options);
    const changed = new Set<string>();
    return {
      ...operations,
      chmod(path, mode) {
        changed.add(path);
        operations.chmod(path, mode);
      },
      stat(path) {
        const stats = operations.stat(path);
        if (!stats.isFile || changed.has(path) || !moments.isNow()) return stats;
        return { ...stats, mode: stats.mode ^ 0o040 };
      },
    };
  },
};
