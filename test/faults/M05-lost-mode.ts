/** A chmod is acknowledged and never done. */
import { lookedAt } from './attributes.ts';
import { momentsOf, type Fault } from './fault.ts';

export const lostMode: Fault = {
  code: 'M05',
  name: 'lost mode',
  workload: lookedAt,
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      chmod(path, mode) {
        const isOther = (operations.stat(path).mode & 0o777) !== mode;
        if (!isOther || !moments.isNow()) operations.chmod(path, mode);
      },
    };
  },
};
