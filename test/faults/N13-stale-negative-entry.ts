/** A look doesn't find a file that is there. */
import { momentsOf, type Fault } from './fault.ts';

export const staleNegativeEntry: Fault = {
  code: 'N13',
  name: 'stale negative entry',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      stat(path) {
        const stats = operations.stat(path);
        if (stats.isFile && moments.isNow()) {
          throw Object.assign(new Error('ENOENT'), { errno: -2, code: 'ENOENT' });
        }
        return stats;
      },
    };
  },
};
