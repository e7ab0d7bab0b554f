import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mountAt, parseMounts } from '../../src/model/mountinfo.ts';

const mountinfo = String.raw`22 1 254:0 / / rw,relatime - ext4 /dev/vda rw,errors=remount-ro
30 22 0:25 / /data rw,nosuid shared:5 - nfs4 server:/export/my\040data rw,vers=4.2,actimeo=3
31 30 0:26 / /data/with\040space\134x ro master:1 shared:2 - tmpfs tmpfs rw,size=1m
32 22 0:27 / /twice rw - xfs /dev/a rw
33 22 0:28 / /twice rw - btrfs /dev/b rw
torn line`;

describe('the mounts of a host', () => {
  const mounts = parseMounts(mountinfo);

  it('are found by the longest mount point that holds the path', () => {
    assert.equal(mountAt(mounts, '/data/x/y')?.type, 'nfs4');
    assert.equal(mountAt(mounts, '/data')?.type, 'nfs4');
    assert.equal(mountAt(mounts, '/database')?.type, 'ext4');
    assert.equal(mountAt(mounts, '/data/with space\\x/file')?.type, 'tmpfs');
  });

  it('have their octal escapes decoded, and the options of mount and file system together', () => {
    const nfs = mountAt(mounts, '/data/x');
    assert.equal(nfs?.source, 'server:/export/my data');
    assert.deepEqual(nfs?.options, ['rw', 'nosuid', 'vers=4.2', 'actimeo=3']);
  });

  it('count by the one mounted last where several share a mount point', () => {
    assert.equal(mountAt(mounts, '/twice/a')?.type, 'btrfs');
  });
});
