/** Locks of whole files where nothing but flock(1) is there: a process for each call, a thousand times slower than a helper. */
import { spawnSync } from 'node:child_process';
import { constants as os } from 'node:os';
import { callError } from './helper/resident.ts';
import type { Locker } from './locker.ts';

/** Undefined: it isn't there. */
export function flockProgram(): Locker | undefined {
  const { error } = spawnSync('flock', ['--help'], { stdio: 'ignore' });
  if (error !== undefined) return undefined;
  const run = (fd: number, ...options: readonly string[]): number | null =>
    spawnSync('flock', [...options, '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] }).status;
  return {
    means: 'flock',
    hasRanges: false,
    lock(fd, { isShared }) {
      const status = run(fd, '-n', isShared ? '-s' : '-x');
      if (status !== 0 && status !== 1) throw callError('flock', os.errno.ENOLCK);
      return status === 0;
    },
    unlock(fd) {
      if (run(fd, '-u') !== 0) throw callError('flock', os.errno.ENOLCK);
    },
    close: () => undefined,
  };
}
