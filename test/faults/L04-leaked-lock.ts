/** One lock is not let go, and its file stays open where nobody sees it. */
import { momentsOf, type Fault } from './fault.ts';
import { changedLocker } from './locks.ts';

export const leakedLockFault: Fault = {
  code: 'L04',
  name: 'leaked lock',
  workload: { arenas: { own: 1, locks: 3 } },
  decorate(operations, options) {
    const moments = momentsOf(options);
    let leaked: { readonly fd: number; readonly start: number | undefined } | undefined;
    const decorated = changedLocker(operations, (locker) => ({
      unlock(fd, range) {
        if (range?.length !== 1 && leaked === undefined && moments.isNow()) leaked = { fd, start: range?.start };
        if (fd !== leaked?.fd || range?.start !== leaked.start) locker.unlock(fd, range);
      },
    }));
    return {
      ...decorated,
      close(fd) {
        if (fd !== leaked?.fd) operations.close(fd);
      },
    };
  },
};
