/**
 * What a file system promises, from its mount's type and options (docs/integrity.md, "What a mount promises"), and how
 * long its client may keep answering from a cache after the last change.
 */
import type { Mount } from './mount.ts';

export const consistencies = ['posix', 'close-to-open', 'smb', 'eventual'] as const;
export type Consistency = (typeof consistencies)[number];

export function consistencyOf(mount: Mount): Consistency {
  switch (familyOf(mount.type)) {
    case 'local':
    case 'cluster':
      return 'posix';
    case 'nfs':
      // Without the check at open nothing is left of the promise; noac and lookupcache=none only shorten what is cached.
      return mount.options.includes('nocto') ? 'eventual' : 'close-to-open';
    case 'gluster':
      return 'close-to-open';
    case 'smb':
      // A client that keeps data without a lease hears of no change.
      return mount.options.includes('cache=loose') ? 'eventual' : 'smb';
    case 'fuse':
      return 'eventual';
  }
}

/**
 * How far a lock reaches: on all clients, with what was written under it; on all clients, but a client may answer from its
 * cache under a lock; or on the one client alone.
 */
export type LockReach = 'data' | 'exclusion' | 'client';

/** Of flock on whole files, and of byte ranges. */
export interface LockReaches {
  readonly whole: LockReach;
  readonly ranges: LockReach;
}

export function lockReachesOf(mount: Mount): LockReaches {
  const has = (...options: readonly string[]): boolean => options.some((option) => mount.options.includes(option));
  const both = (reach: LockReach): LockReaches => ({ whole: reach, ranges: reach });
  switch (familyOf(mount.type)) {
    case 'local':
      return both('data');
    case 'cluster':
      if (has('localflock', 'localflocks', 'noflock')) return both('client');
      // Without a cluster stack in user space, ranges stay on their node.
      return mount.type === 'ocfs2' ? { whole: 'data', ranges: 'client' } : both('data');
    case 'nfs':
      // Getting a lock makes the client ask for data again, releasing it sends what was written.
      if (has('nolock', 'local_lock=all')) return both('client');
      return {
        whole: has('local_lock=flock') ? 'client' : 'data',
        ranges: has('local_lock=posix') ? 'client' : 'data',
      };
    case 'gluster':
      // The kernel's page cache for FUSE knows nothing of locks.
      return both('exclusion');
    case 'smb':
      if (has('nobrl', 'nolock')) return both('client');
      return both(has('cache=loose') ? 'exclusion' : 'data');
    case 'fuse':
      return both('client');
  }
}

/** A lost answer can't turn success into ENOENT or EEXIST only here (docs/integrity.md, "What an error code proves"). */
export function isNetworkMount(mount: Mount): boolean {
  return familyOf(mount.type) !== 'local';
}

/**
 * Made for floppy disks: it makes up inodes when it reads a folder, anew when it has forgotten them, and rounds times when it
 * writes them down.
 */
export function forgetsAttributes({ type }: Mount): boolean {
  return ['vfat', 'msdos', 'exfat'].includes(type);
}

/** How long after the last change every client tells the truth, in ms: the longest attribute or entry cache that the options allow. */
export function settleMsOf(mount: Mount): number {
  switch (familyOf(mount.type)) {
    case 'local':
    case 'cluster':
      return 0;
    case 'nfs':
      return nfsSettleMs(mount);
    case 'gluster':
      return 1000 * Math.max(numberOption(mount, 'attribute-timeout') ?? 1, numberOption(mount, 'entry-timeout') ?? 1);
    case 'smb':
      return 1000 * (numberOption(mount, 'actimeo') ?? longest(mount, 1));
    case 'fuse':
      // sshfs keeps directories and attributes for 20 s unless told otherwise (dcache_timeout).
      return 1000 * (numberOption(mount, 'cache_timeout') ?? 20);
  }
}

/**
 * How long after a writer's close an open by another client may still find what was there before, where a mount promises
 * close-to-open: as coarse as time stamps get; GlusterFS also closes in the background, and keeps what it read for a second.
 */
export function reopenMsOf(mount: Mount): number {
  return familyOf(mount.type) === 'gluster' ? 10_000 + settleMsOf(mount) : 1_000;
}

/**
 * Linux's defaults, nfs(5): acregmax 60 s, acdirmax 60 s. `lookupcache=none` doesn't shorten it: attributes are cached as
 * before, and with them what a folder's listing says. `local_lock` is about locks alone.
 */
function nfsSettleMs(mount: Mount): number {
  if (mount.options.includes('noac')) return 0;
  return 1000 * (numberOption(mount, 'actimeo') ?? longest(mount, 60));
}

function longest(mount: Mount, defaultSeconds: number): number {
  return Math.max(numberOption(mount, 'acregmax') ?? defaultSeconds, numberOption(mount, 'acdirmax') ?? defaultSeconds);
}

function numberOption(mount: Mount, name: string): number | undefined {
  const option = mount.options.find((candidate) => candidate.startsWith(`${name}=`));
  const value = Number(option?.slice(name.length + 1));
  return option === undefined || !Number.isFinite(value) || value < 0 ? undefined : value;
}

type Family = 'local' | 'cluster' | 'nfs' | 'gluster' | 'smb' | 'fuse';

export function familyOf(type: string): Family {
  if (['ceph', 'gpfs', 'lustre', 'ocfs2', 'gfs2'].includes(type)) return 'cluster';
  if (type === 'nfs' || type === 'nfs4') return 'nfs';
  if (type === 'fuse.glusterfs') return 'gluster';
  if (type === 'cifs' || type === 'smb3') return 'smb';
  return type.startsWith('fuse') || ['davfs', '9p', 'afs', 'virtiofs'].includes(type) ? 'fuse' : 'local';
}
