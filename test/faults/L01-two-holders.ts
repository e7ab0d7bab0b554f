/** An exclusive lock that another holds is given away a second time. */
import { momentsOf, type Fault } from './fault.ts';
import { changedLocker } from './locks.ts';

export const twoHoldersFault: Fault = {
  code: 'L01',
  name: 'two holders',
  workload: { arenas: { own: 1, locks: 3 } },
  decorate(operations, options) {
    const moments = momentsOf(options);
    return changedLocker(operations, (locker) => ({
      lock: (fd, request) => locker.lock(fd, request) || (!request.isShared && moments.isNow()),
    }));
  },
};
