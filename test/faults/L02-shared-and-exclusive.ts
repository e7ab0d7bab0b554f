/** Who wants to share gets the lock, although another holds it alone. */
import type { Fault } from './fault.ts';
import { changedLocker } from './locks.ts';

export const sharedAndExclusiveFault: Fault = {
  code: 'L02',
  name: 'shared and exclusive',
  workload: { arenas: { own: 1, locks: 3 } },
  decorate: (operations) =>
    changedLocker(operations, (locker) => ({
      lock: (fd, request) => locker.lock(fd, request) || request.isShared,
    })),
};
