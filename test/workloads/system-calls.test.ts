import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { callsBy } from '../../src/workloads/helper/open-calls.ts';
import type { SystemCalls } from '../../src/workloads/helper/system-calls.ts';

const root = fs.mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

/** A name that nobody would choose: whatever is in it, it is one file. */
function newFile(bytes = ''): string {
  const path = join(fs.mkdtempSync(join(root, 'at-')), 'a b\n$(c)\u00e4');
  fs.writeFileSync(path, bytes);
  return path;
}

const missing: ReadonlySet<unknown> = new Set([-os.constants.errno.ENOTSUP, -os.constants.errno.ENOSYS]);

/** False: this file system has no such call. */
function isDone(call: () => void): boolean {
  try {
    call();
    return true;
  } catch (error) {
    if (error instanceof Error && 'errno' in error && missing.has(error.errno)) return false;
    throw error;
  }
}

for (const program of ['perl', 'python3'] as const) {
  describe(`system calls by ${program}`, () => {
    let calls: SystemCalls | undefined;
    after(() => calls?.close());
    const start = (): SystemCalls | undefined => (calls ??= callsBy(program));

    it('set, tell and remove the attribute of a file, whatever bytes its name and the value have', (t) => {
      const given = start();
      if (given === undefined) return t.skip(`no ${program} here, or not of this kind of machine`);
      assert.equal(given.means, program);
      const path = newFile();
      assert.equal(given.getxattr(path), undefined);
      const value = Uint8Array.from({ length: 24 }, (_, at) => (at * 37 + 0x80) & 0xff);
      if (!isDone(() => given.setxattr(path, value))) return t.skip('no extended attributes here');
      assert.deepEqual(Uint8Array.from(given.getxattr(path) ?? []), value);
      given.setxattr(path, Uint8Array.of(0x31));
      assert.deepEqual([...(given.getxattr(path) ?? [])], [0x31]);
      given.removexattr(path);
      assert.equal(given.getxattr(path), undefined);
    });

    it('allocate room, within the size or behind it', (t) => {
      const given = start();
      if (given === undefined) return t.skip(`no ${program} here, or not of this kind of machine`);
      const path = newFile('x'.repeat(1000));
      const there = { start: 500, length: 1500 };
      if (!isDone(() => given.fallocate(path, 'preallocate', there))) return t.skip('no fallocate here');
      assert.equal(fs.statSync(path).size, 1000);
      given.fallocate(path, 'fallocate', there);
      assert.equal(fs.readFileSync(path, 'latin1'), 'x'.repeat(1000) + '\0'.repeat(1000));
    });

    it('punch holes that leave the size, and make zeros that may change it', (t) => {
      const given = start();
      if (given === undefined) return t.skip(`no ${program} here, or not of this kind of machine`);
      const path = newFile('x'.repeat(10_000));
      if (!isDone(() => given.fallocate(path, 'punchHole', { start: 100, length: 20_000 })))
        return t.skip('no holes here');
      assert.equal(fs.readFileSync(path, 'latin1'), 'x'.repeat(100) + '\0'.repeat(9_900));
      if (!isDone(() => given.fallocate(path, 'zeroRange', { start: 50, length: 11_950 }))) return;
      assert.equal(fs.readFileSync(path, 'latin1'), 'x'.repeat(50) + '\0'.repeat(11_950));
    });

    it('fail with the number of the error, and go on', (t) => {
      const given = start();
      if (given === undefined) return t.skip(`no ${program} here, or not of this kind of machine`);
      const gone = join(root, 'gone');
      const { ENOENT, EINVAL, ELOOP } = os.constants.errno;
      const extent = { start: 0, length: 1 };
      assert.throws(() => given.getxattr(gone), { errno: -ENOENT });
      assert.throws(() => given.fallocate(gone, 'fallocate', extent), { errno: -ENOENT });
      assert.throws(() => given.fallocate(newFile(), 'fallocate', { start: 0, length: 0 }), { errno: -EINVAL });
      fs.symlinkSync(newFile(), join(root, `link-${program}`));
      assert.throws(() => given.fallocate(join(root, `link-${program}`), 'fallocate', extent), { errno: -ELOOP });
      assert.equal(given.getxattr(newFile()), undefined);
    });
  });
}
