/** Folders to and from a host that has nothing but busybox: Alpine, an initramfs, a small container. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getPath } from '../../src/transports/copy/get.ts';
import { LocalDigests } from '../../src/transports/copy/local-tree.ts';
import { putPath } from '../../src/transports/copy/put.ts';
import { quote } from '../../src/transports/shell.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

const busybox = ['/usr/bin/busybox', '/bin/busybox'].find((path) => existsSync(path));
const skip = busybox === undefined ? 'no busybox here (Debian: busybox)' : false;

describe('copies with busybox alone', { skip, timeout: 600_000 }, () => {
  let folder: string;
  let local: Connection;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-busybox-'));
    const host = testHost('web', { transport: 'local' });
    local = await testTransports(folder).of(host).connect(host, testConnect());
  });
  after(async () => {
    await local[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Every program, the shell included, is busybox's. */
  const small = (): Connection => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    const names = execFileSync(busybox ?? '', ['--list'], { encoding: 'utf8' })
      .trim()
      .split('\n');
    for (const name of names) symlinkSync(busybox ?? '', join(bin, name));
    const inside = (command: string): string =>
      `PATH=${bin}; export PATH\nexec ${bin}/sh -c ${quote(command.replaceAll('/bin/sh', `${bin}/sh`))}`;
    return { ...local, exec: async (command, options) => local.exec(inside(command), options) };
  };

  it('bring names with newlines, long ones, modes and large files there and back, once', async () => {
    const [source, there, back] = [join(folder, 'source'), join(folder, 'there'), join(folder, 'back')];
    mkdirSync(join(source, 'sub/empty'), { recursive: true });
    writeFileSync(join(source, 'sub/new\nline \\ x'), 'odd');
    writeFileSync(join(source, 'sub', 'a'.repeat(130)), 'long', { mode: 0o755 });
    writeFileSync(join(source, 'large'), randomBytes(9 << 20));
    for (let at = 0; at < 100; at++) writeFileSync(join(source, `file ${at}`), String(at));
    const host = small();
    const { signal } = new AbortController();
    const put = { signal, digests: new LocalDigests() };
    assert.equal((await putPath(host, source, there, put)).files, 103);
    assert.equal((await putPath(host, source, there, put)).files, 0);
    assert.deepEqual(readdirSync(there).sort(), readdirSync(source).sort());
    const get = { signal, maxBytes: 1e9 };
    assert.equal((await getPath(host, there, back, get)).files, 103);
    assert.equal((await getPath(host, there, back, get)).files, 0);
    assert(readFileSync(join(back, 'large')).equals(readFileSync(join(source, 'large'))));
    assert.equal(readFileSync(join(back, 'sub/new%0Aline %5C x'), 'utf8'), 'odd');
    assert.equal(statSync(join(back, 'sub', 'a'.repeat(130))).mode & 0o777, 0o755);
  });
});
