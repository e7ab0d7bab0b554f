/**
 * What a mount keeps through a crash: of its server, or of the machine that has the disk. Nothing is asked of a client that
 * crashes itself: its agent dies with it, and the run is incomplete.
 */
import { familyOf, type Consistency } from './consistency.ts';
import type { Grade } from './finding.ts';
import type { Mount } from './mount.ts';

/** `supposed`: in practice, or by a layer that may answer without doing it. */
export type Promised = 'promised' | 'supposed' | 'not promised';

export interface Durability {
  /** What an acknowledged fsync, fdatasync or synchronous write covers. */
  readonly synced: Promised;
  /** What an acknowledged close covers. */
  readonly closed: Promised;
  /** Names last once they are acknowledged; else once their folder is synced. */
  readonly areNamesKept: boolean;
}

/** Of a client that said nothing of its mount the least is assumed. */
export function durabilityOf(mount: Mount | undefined, declared?: Consistency): Durability {
  const own = mount === undefined ? unknown : ofMount(mount);
  switch (declared) {
    case undefined:
      return own;
    case 'posix':
      return local;
    case 'close-to-open':
      return own.closed === 'not promised' ? { ...local, closed: 'supposed' } : own;
    case 'smb':
      return own.synced === 'not promised' ? own : local;
    case 'eventual':
      return unknown;
  }
}

export function gradeOfPromise(promised: Promised): Grade {
  switch (promised) {
    case 'promised':
      return 'proven';
    case 'supposed':
      return 'suspect';
    case 'not promised':
      return 'allowed';
  }
}

const local: Durability = { synced: 'promised', closed: 'not promised', areNamesKept: false };
const unknown: Durability = { ...local, synced: 'supposed' };
const nothing: Durability = { ...local, synced: 'not promised' };

/** By these a sync ends in the memory of some machine. */
const unsafeOptions: ReadonlySet<string> = new Set(['nobarrier', 'barrier=0', 'volatile', 'nostrictsync']);

function ofMount(mount: Mount): Durability {
  if (['tmpfs', 'ramfs'].includes(mount.type)) return nothing;
  if (mount.options.some((option) => unsafeOptions.has(option))) return nothing;
  switch (familyOf(mount.type)) {
    case 'local':
    case 'cluster':
    case 'gluster':
    case 'smb':
      return local;
    case 'nfs':
      if (mount.options.includes('nocto')) return { ...local, areNamesKept: true };
      // A client with a delegation may keep what was written past the close.
      return { synced: 'promised', closed: mount.type === 'nfs' ? 'promised' : 'supposed', areNamesKept: true };
    case 'fuse':
      // The kernel answers for those that know no fsync.
      return unknown;
  }
}
