/** Who comes too late to remove a name is told that it removed it. */
import { errorCodeOf } from '../../src/model/errors.ts';
import { momentsOf, type Fault } from './fault.ts';

export const twoRemoversFault: Fault = {
  code: 'N09',
  name: 'two removers',
  workload: { arenas: { own: 1, race: 3 } },
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      unlink(path) {
        try {
          operations.unlink(path);
        } catch (error) {
          if (errorCodeOf(error) !== 'ENOENT' || !moments.isNow()) throw error;
        }
      },
    };
  },
};
