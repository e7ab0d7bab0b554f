/** A name that is taken is made again, by one who asked that it be free, and both are told that they made it. */
import { constants } from 'node:fs';
import { momentsOf, type Fault } from './fault.ts';

export const twoMakersFault: Fault = {
  code: 'N07',
  name: 'two makers',
  workload: { arenas: { own: 1, race: 3 } },
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      open(path, flags, mode) {
        const isExclusive = (flags & constants.O_EXCL) !== 0;
        return operations.open(path, isExclusive && moments.isNow() ? flags & ~constants.O_EXCL : flags, mode);
      },
    };
  },
};
