/** Who comes too late to make a folder is told that it made it. */
import { errorCodeOf } from '../../src/model/errors.ts';
import { momentsOf, type Fault } from './fault.ts';

export const twoMoversFault: Fault = {
  code: 'N08',
  name: 'two makers of a folder',
  workload: { arenas: { own: 1, race: 3 } },
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      mkdir(path) {
        try {
          operations.mkdir(path);
        } catch (error) {
          if (errorCodeOf(error) !== 'EEXIST' || !moments.isNow()) throw error;
        }
      },
    };
  },
};
