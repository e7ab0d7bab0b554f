import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { makeWorkFolder } from '../../src/agent/work-folder.ts';
import { FunbricError } from '../../src/model/errors.ts';
import type { Mount } from '../../src/model/mount.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const mount = (type: string): Mount => ({ path: root, type, source: 'somewhere', options: [] });

describe('the work folder', () => {
  for (const type of ['nfs4', 'cifs', 'fuse.sshfs', 'fuse.anything', 'ceph']) {
    it(`is refused on ${type}, naming the mount and the way out`, () => {
      assert.throws(
        () => makeWorkFolder(root, undefined, () => mount(type)),
        (error) =>
          error instanceof FunbricError &&
          error.message.includes(`${type} (somewhere)`) &&
          error.hint?.includes('--work-dir') === true,
      );
      assert.deepEqual(readdirSync(root), []);
    });
  }

  it('is fresh and for us alone on a local disk, and goes without a trace', () => {
    const folder = makeWorkFolder(root, undefined, () => mount('ext4'));
    assert.equal(statSync(folder.path).mode & 0o777, 0o700);
    assert.equal(folder.remark, undefined);
    folder.remove();
    assert.equal(existsSync(folder.path), false);
  });

  it('says so where it shares its disk with the directory under test', () => {
    const folder = makeWorkFolder(root, mount('ext4'), () => mount('ext4'));
    assert.match(folder.remark ?? '', /same file system/);
    folder.remove();
  });
});
