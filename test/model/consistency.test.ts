import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  consistencyOf,
  isNetworkMount,
  lockReachesOf,
  settleMsOf,
  type Consistency,
  type LockReach,
} from '../../src/model/consistency.ts';
import type { Mount } from '../../src/model/mount.ts';

const mount = (type: string, ...options: string[]): Mount => ({ path: '/mnt', type, source: 'x', options });

const promises: readonly (readonly [types: string, consistency: Consistency, isNetwork: boolean])[] = [
  ['ext4 xfs btrfs zfs tmpfs overlay apfs', 'posix', false],
  ['ceph gpfs lustre ocfs2 gfs2', 'posix', true],
  ['nfs nfs4 fuse.glusterfs', 'close-to-open', true],
  ['cifs smb3', 'smb', true],
  ['fuse.sshfs fuse.s3fs fuseblk davfs 9p', 'eventual', true],
];

describe('what a mount promises', () => {
  for (const [types, consistency, isNetwork] of promises) {
    it(`is ${consistency} for ${types}`, () => {
      for (const type of types.split(' ')) {
        assert.equal(consistencyOf(mount(type)), consistency, type);
        assert.equal(isNetworkMount(mount(type)), isNetwork, type);
      }
    });
  }
});

describe('what options change of it', () => {
  const cases: readonly (readonly [mount: Mount, consistency: Consistency])[] = [
    [mount('nfs4', 'nocto'), 'eventual'],
    [mount('nfs', 'noac'), 'close-to-open'],
    [mount('nfs4', 'lookupcache=none'), 'close-to-open'],
    [mount('nfs4', 'actimeo=0'), 'close-to-open'],
    [mount('nfs', 'local_lock=all'), 'close-to-open'],
    [mount('cifs', 'cache=strict'), 'smb'],
    [mount('cifs', 'cache=loose'), 'eventual'],
  ];
  for (const [given, consistency] of cases) {
    it(`is ${consistency} for ${given.type} with ${given.options.join(',')}`, () => {
      assert.equal(consistencyOf(given), consistency);
    });
  }
});

describe('the caches that are waited out before verify', () => {
  const cases: readonly (readonly [mount: Mount, ms: number])[] = [
    [mount('ext4'), 0],
    [mount('lustre'), 0],
    [mount('nfs4'), 60_000],
    [mount('nfs4', 'acregmax=10', 'acdirmax=30'), 30_000],
    [mount('nfs4', 'actimeo=3', 'acdirmax=30'), 3_000],
    [mount('nfs', 'actimeo=0'), 0],
    [mount('nfs', 'noac'), 0],
    [mount('nfs4', 'acdirmax=nonsense'), 60_000],
    [mount('nfs4', 'nocto'), 60_000],
    [mount('nfs4', 'lookupcache=none'), 60_000],
    [mount('nfs4', 'local_lock=all'), 60_000],
    [mount('cifs'), 1_000],
    [mount('cifs', 'actimeo=5'), 5_000],
    [mount('cifs', 'acregmax=3', 'acdirmax=7'), 7_000],
    [mount('fuse.glusterfs', 'entry-timeout=4'), 4_000],
    [mount('fuse.sshfs'), 20_000],
  ];
  for (const [given, ms] of cases) {
    it(`last ${ms} ms on ${[given.type, ...given.options].join(' ')}`, () => assert.equal(settleMsOf(given), ms));
  }
});

describe('how far locks reach', () => {
  const cases: readonly (readonly [mount: Mount, whole: LockReach, ranges: LockReach])[] = [
    [mount('ext4'), 'data', 'data'],
    [mount('ceph'), 'data', 'data'],
    [mount('ocfs2'), 'data', 'client'],
    [mount('lustre', 'localflock'), 'client', 'client'],
    [mount('nfs4'), 'data', 'data'],
    [mount('nfs', 'nolock'), 'client', 'client'],
    [mount('nfs', 'local_lock=all'), 'client', 'client'],
    [mount('nfs', 'local_lock=none'), 'data', 'data'],
    [mount('nfs', 'local_lock=flock'), 'client', 'data'],
    [mount('nfs', 'local_lock=posix'), 'data', 'client'],
    [mount('fuse.glusterfs'), 'exclusion', 'exclusion'],
    [mount('cifs'), 'data', 'data'],
    [mount('smb3', 'nobrl'), 'client', 'client'],
    [mount('cifs', 'cache=loose'), 'exclusion', 'exclusion'],
    [mount('fuse.sshfs'), 'client', 'client'],
  ];
  for (const [given, whole, ranges] of cases) {
    it(`is ${whole} for files and ${ranges} for ranges on ${[given.type, ...given.options].join(' with ')}`, () => {
      assert.deepEqual(lockReachesOf(given), { whole, ranges });
    });
  }
});
