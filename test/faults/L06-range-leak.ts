/** A lock of a range takes the next range, too. */
import type { Fault } from './fault.ts';
import type { LockedRange } from '../../src/workloads/locker.ts';
import { changedLocker } from './locks.ts';

export const rangeLeakFault: Fault = {
  code: 'L06',
  name: 'range leak',
  workload: { arenas: { own: 1, locks: 3 } },
  decorate: (operations) =>
    changedLocker(operations, (locker) => ({
      lock: (fd, { isShared, range }) => locker.lock(fd, { isShared, range: wider(range) }),
      unlock: (fd, range) => locker.unlock(fd, wider(range)),
    })),
};

function wider(range: LockedRange | undefined): LockedRange | undefined {
  return range === undefined || range.length === 1 ? range : { ...range, length: 2 * range.length };
}
