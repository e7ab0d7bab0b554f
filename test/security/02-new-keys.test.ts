/** Promise 2: a new host key is written only by --accept-new, atomically, to a file that is ours alone. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { startFleet, type TestFleet } from '../../src/testing/index.ts';

const comment = '# mine, and it stays\n';

describe('promise 2: new host keys', { timeout: 600_000 }, () => {
  let fleet: TestFleet;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-new-'));
    fleet = await startFleet({ hosts: 12 });
  });
  after(async () => {
    await fleet.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are not written without it: no file is made, and one that is there stays as it is', async () => {
    const missing = join(folder, 'none', 'known_hosts');
    assert.equal((await fleet.run(['--known-hosts', missing, '--', 'true'])).status, 2);
    assert.equal(existsSync(join(folder, 'none')), false);
    const file = join(folder, 'kept');
    writeFileSync(file, comment);
    const before = statSync(file);
    assert.equal((await fleet.run(['--known-hosts', file, '--', 'true'])).status, 2);
    const { ino, mtimeMs, mode } = statSync(file);
    assert.deepEqual([ino, mtimeMs, mode], [before.ino, before.mtimeMs, before.mode]);
    assert.equal(readFileSync(file, 'utf8'), comment);
  });

  it('are written with it one whole line each, by a rename, to a file 0600, also for many hosts at once', async () => {
    const file = join(folder, 'written');
    writeFileSync(file, comment);
    chmodSync(file, 0o644);
    // The file as it was, whatever is put in its place.
    const old = openSync(file, 'r');
    const running = fleet.run(['--known-hosts', file, '--accept-new', '--', 'true']);
    const wanted = readFileSync(fleet.knownHostsFile, 'utf8').trim().split('\n');
    const allowed = new Set([comment.trim(), ...wanted]);
    // Whoever reads it at any moment finds whole lines only.
    while (await Promise.race([running.then(() => false), turn(true)])) {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      assert.deepEqual(
        lines.filter((line) => !allowed.has(line)),
        [],
      );
    }
    const ended = await running;
    assert.equal(ended.status, 0, ended.stderr);
    const text = readFileSync(file, 'utf8');
    assert(text.startsWith(comment));
    assert.deepEqual(text.slice(comment.length).trim().split('\n').toSorted(), wanted.toSorted());
    assert.equal(readFileSync(old, 'utf8'), comment, 'it was written in place');
    closeSync(old);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});
