/** A lock that is held for long is forgotten, as by a server that was started again. */
import type { Fault } from './fault.ts';
import { changedLocker } from './locks.ts';

export const lostLockFault: Fault = {
  code: 'L03',
  name: 'lost lock',
  workload: { arenas: { own: 1, locks: 3 } },
  decorate: (operations) =>
    changedLocker(operations, (locker) => ({
      lock(fd, request) {
        const isGranted = locker.lock(fd, request);
        if (isGranted && request.range?.length === 1) locker.unlock(fd, request.range);
        return isGranted;
      },
    })),
};
