/** The first way to take locks that works on this host; the report says which. */
import { FunbricError } from '../model/errors.ts';
import { flockProgram } from './flock-program.ts';
import { startHelper } from './lock-helper.ts';
import type { Locker } from './locker.ts';

/** Files must be open already: a child inherits what there is when it starts. */
export function openLocker(fds: readonly number[]): Locker {
  const locker = startHelper('perl', fds) ?? startHelper('python3', fds) ?? flockProgram();
  if (locker !== undefined) return locker;
  throw new FunbricError('input', 'nothing here can take locks', {
    hint: 'install perl, python3 or flock (util-linux), or use a profile without locks',
  });
}

/** What would take locks on this host. */
export function lockMeans(): string {
  const locker = openLocker([]);
  locker.close();
  return locker.means;
}
