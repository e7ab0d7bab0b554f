/** Decorators over locks: what a server does that loses, leaks or mistakes them. */
import type { FileOperations } from '../../src/workloads/operations.ts';
import type { Locker } from '../../src/workloads/locker.ts';

export function changedLocker(operations: FileOperations, change: (locker: Locker) => Partial<Locker>): FileOperations {
  return {
    ...operations,
    openLocker(fds) {
      const locker = operations.openLocker(fds);
      return { ...locker, ...change(locker) };
    },
  };
}
