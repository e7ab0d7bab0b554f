/** Files and folders to a host: all of it, in few commands, and never half. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { CopiedPath } from '../../src/transports/copy/copied.ts';
import { LocalDigests } from '../../src/transports/copy/local-tree.ts';
import { putPath } from '../../src/transports/copy/put.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

const { signal } = new AbortController();

describe('putting on a host', { timeout: 600_000 }, () => {
  let folder: string;
  let local: Connection;
  let here: string;
  let remote: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funbric-put-'));
    const host = testHost('web', { transport: 'local' });
    local = await testTransports(folder).of(host).connect(host, testConnect());
  });
  after(async () => {
    await local[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    here = join(folder, 'here');
    remote = join(folder, 'remote');
    mkdirSync(here);
  });
  afterEach(() => {
    for (const path of [remote, here]) rmSync(path, { recursive: true, force: true });
  });

  const put = async (
    to = remote,
    { from = here, connection = local, mode }: { from?: string; connection?: Connection; mode?: number } = {},
  ): Promise<CopiedPath> => putPath(connection, from, to, { signal, digests: new LocalDigests(), mode });
  const counting = (): Connection & { readonly count: () => number } => {
    let commands = 0;
    return { ...local, count: () => commands, exec: async (...given) => (commands++, local.exec(...given)) };
  };
  const withProgram = (name: string, line: string): Connection => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    const first = `PATH=${bin}:$PATH; export PATH`;
    return { ...local, exec: async (command, options) => local.exec(`${first}\n${command}`, options) };
  };
  const namesIn = (path: string): readonly string[] => readdirSync(path, { recursive: true }).map(String).sort();

  it('brings a folder with all that is in it: dotfiles, empty ones, modes, strange and long names, links as links', async () => {
    const deep = `${'long folder name '.repeat(5)}/${'a'.repeat(120)}`;
    mkdirSync(join(here, deep, 'empty'), { recursive: true });
    writeFileSync(join(here, '.env'), 'A=1\n', { mode: 0o600 });
    writeFileSync(join(here, 'run'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(here, deep, "-it's $(a)\\ %\n* é"), 'odd');
    writeFileSync(join(here, 'none'), '');
    symlinkSync('../gone', join(here, 'link'));
    const big = randomBytes(3_000_001);
    writeFileSync(join(here, 'big'), big);
    const copied = await put();
    assert.deepEqual(copied, { files: 5, skipped: 0, bytes: 4 + 10 + 3 + big.length, notes: [] });
    assert.deepEqual(namesIn(remote), namesIn(here));
    assert(readFileSync(join(remote, 'big')).equals(big));
    assert.equal(readFileSync(join(remote, deep, "-it's $(a)\\ %\n* é"), 'utf8'), 'odd');
    assert.equal(readlinkSync(join(remote, 'link')), '../gone');
    assert.deepEqual(
      ['.env', 'run'].map((name) => statSync(join(remote, name)).mode & 0o777),
      [0o600, 0o755],
    );
  });

  it('brings 2000 small files by three commands, and by one when all are there', async () => {
    mkdirSync(join(here, 'sub'));
    for (let at = 0; at < 2000; at++) writeFileSync(join(here, at % 2 === 0 ? '' : 'sub', `file ${at}`), `${at}\n`);
    const first = counting();
    assert.equal((await put(remote, { connection: first })).files, 2000);
    assert.equal(first.count(), 3);
    const again = counting();
    assert.equal((await put(remote, { connection: again })).skipped, 2000);
    assert.equal(again.count(), 1);
    assert.equal(readFileSync(join(remote, 'sub/file 1999'), 'utf8'), '1999\n');
  });

  it('sends only what differs, and leaves what lies beside it', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(here, name), name);
    await put();
    writeFileSync(join(remote, 'own'), 'theirs');
    writeFileSync(join(remote, 'b'), 'x');
    assert.deepEqual(await put(), { files: 1, skipped: 2, bytes: 1, notes: [] });
    assert.deepEqual(namesIn(remote), ['a', 'b', 'c', 'own']);
    assert.equal(readFileSync(join(remote, 'b'), 'utf8'), 'b');
  });

  it('brings one file with its mode, or with the one that is given, and not again', async () => {
    const from = join(here, '-run');
    writeFileSync(from, 'text', { mode: 0o755 });
    assert.deepEqual(await put(remote, { from }), { files: 1, skipped: 0, bytes: 4, notes: [] });
    assert.equal(statSync(remote).mode & 0o777, 0o755);
    assert.deepEqual(await put(remote, { from, mode: 0o640 }), { files: 0, skipped: 1, bytes: 0, notes: [] });
    assert.equal(statSync(remote).mode & 0o777, 0o640);
  });

  it('moves nothing of a folder to its place that arrived damaged, and leaves nothing beside it', async () => {
    mkdirSync(remote);
    writeFileSync(join(remote, 'a'), 'old');
    writeFileSync(join(here, 'a'), 'new');
    const damaging = withProgram('tar', `/usr/bin/tar "$@"; echo x >> a`);
    await assert.rejects(put(remote, { connection: damaging }), { code: 'deploy', message: /\/a: arrived damaged/ });
    assert.equal(readFileSync(join(remote, 'a'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(remote), ['a']);
  });

  it('never puts a folder in the place of a file, nor a file into a folder of its name', async () => {
    mkdirSync(join(here, 'x'));
    writeFileSync(join(here, 'x/file'), 'x');
    mkdirSync(remote);
    writeFileSync(join(remote, 'x'), 'a file');
    await assert.rejects(put(), { code: 'deploy' });
    assert.equal(readFileSync(join(remote, 'x'), 'utf8'), 'a file');
    assert.deepEqual(readdirSync(remote), ['x']);
    rmSync(remote, { recursive: true });
    mkdirSync(join(remote, 'x/file'), { recursive: true });
    await assert.rejects(put(), { code: 'deploy' });
    assert.deepEqual(readdirSync(join(remote, 'x/file')), []);
    rmSync(remote, { recursive: true });
    writeFileSync(remote, 'a file');
    await assert.rejects(put(), { code: 'deploy', message: /it is no folder/ });
  });

  it('puts nothing in the place of a device, a socket or a pipe, which would break the host', async () => {
    execFileSync('mkfifo', [remote]);
    for (const bytes of [10, 9 << 20]) {
      const file = join(here, `${bytes}`);
      writeFileSync(file, randomBytes(bytes));
      await assert.rejects(put(remote, { from: file }), { code: 'deploy', message: /no regular file/ });
      assert(lstatSync(remote).isFIFO());
    }
  });

  it('says that a host has no tar, and what that is needed for', async () => {
    writeFileSync(join(here, 'a'), 'a');
    const bin = mkdtempSync(join(folder, 'bin-'));
    for (const program of ['mkdir', 'rm', 'sha256sum', 'xargs', 'sh', 'find', 'stat']) {
      const path = execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
      symlinkSync(path, join(bin, program));
    }
    const bare: Connection = {
      ...local,
      exec: async (command, options) => local.exec(`PATH=${bin}; export PATH\n${command}`, options),
    };
    await assert.rejects(put(remote, { connection: bare }), { code: 'deploy', message: /no tar on the host/ });
  });

  it('goes on with a large file that was cut off, and begins anew where what is there is something else', async () => {
    const from = join(here, 'large');
    const bytes = randomBytes(20 << 20);
    writeFileSync(from, bytes);
    // Takes some of it, and then the host is gone.
    const breaking = withProgram('cat', 'head -c 15000000; kill -9 $PPID');
    await assert.rejects(put(remote, { from, connection: breaking }), { code: 'deploy' });
    assert(!existsSync(remote));
    const part = readdirSync(folder).find((name) => name.startsWith('.funbric-')) ?? '';
    assert.equal(statSync(join(folder, part)).size, 15_000_000);
    const { bytes: sent } = await put(remote, { from });
    assert.equal(sent, bytes.length - 15_000_000);
    assert(readFileSync(remote).equals(bytes));
    assert(!existsSync(join(folder, part)));
    rmSync(remote);
    writeFileSync(join(folder, part), Buffer.alloc(15_000_000));
    assert.equal((await put(remote, { from })).bytes, bytes.length);
    assert.equal(
      createHash('sha256').update(readFileSync(remote)).digest('hex'),
      createHash('sha256').update(bytes).digest('hex'),
    );
    assert.equal((await put(remote, { from })).skipped, 1);
  });

  it(
    'never goes on with a link or with what another user left under that name',
    { skip: process.getuid?.() !== 0 },
    async () => {
      const from = join(here, 'large');
      writeFileSync(from, randomBytes(9 << 20));
      const breaking = withProgram('cat', 'head -c 15000; kill -9 $PPID');
      await assert.rejects(put(remote, { from, connection: breaking }), { code: 'deploy' });
      const part = join(folder, readdirSync(folder).find((name) => name.startsWith('.funbric-')) ?? '');
      rmSync(part);
      writeFileSync(join(folder, 'victim'), 'theirs');
      symlinkSync(join(folder, 'victim'), part);
      await assert.rejects(put(remote, { from }), { code: 'deploy' });
      assert.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'theirs');
      rmSync(part);
      writeFileSync(part, 'theirs');
      execFileSync('chown', ['65534', part]);
      await assert.rejects(put(remote, { from }), { code: 'deploy' });
      assert.equal(readFileSync(part, 'utf8'), 'theirs');
      rmSync(part);
    },
  );

  it('names what is no file, or missing, before the host is asked', async () => {
    execFileSync('mkfifo', [join(here, 'pipe')]);
    const asked = counting();
    await assert.rejects(put(remote, { connection: asked }), { code: 'input', message: /pipe can't be sent/ });
    await assert.rejects(put(remote, { connection: asked, from: join(here, 'none') }), {
      code: 'input',
      message: /none can't be read to be sent/,
    });
    // As an old archive leaves it: in Latin-1.
    const archive = join(here, 'archive');
    mkdirSync(archive);
    writeFileSync(Buffer.concat([Buffer.from(`${archive}/caf`), Buffer.from([0xe9])]), '');
    const message = `${archive}/caf\\xe9: its name is not UTF-8`;
    await assert.rejects(put(remote, { connection: asked, from: archive }), { code: 'input', message });
    rmSync(archive, { recursive: true });
    assert.equal(asked.count(), 0);
  });
});
