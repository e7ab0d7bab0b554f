import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { readRemoteFile, writeRemoteFile } from '../../src/transports/copy/one-file.ts';
import { runScript } from '../../src/transports/script.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';

const { signal } = new AbortController();
const limits = { signal, timeoutMs: 20_000, maxOutputBytes: 1000 };

let folder: string;
let local: Connection;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funbric-copy-'));
  const host = testHost('web', { transport: 'local' });
  local = await testTransports(folder).of(host).connect(host, testConnect());
});
after(async () => {
  await local[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A host whose login shell does this first, as a .bashrc would. */
function greeting(first: string): Connection {
  return { ...local, exec: async (command, options) => local.exec(`${first}\n${command}`, options) };
}

describe('a script on a host', { timeout: 600_000 }, () => {
  it('gives its own output only, whatever the login shell prints', async () => {
    const noisy = greeting(
      `echo welcome; echo '${'-'.repeat(3000)}'; printf 'no newline'; echo careful >&2; set -v; set -x`,
    );
    const { exit, stdout, stderr } = await runScript(noisy, 'echo out; echo err >&2; exit 5', limits);
    assert.deepEqual([exit, stdout.toString(), stderr.toString()], [{ kind: 'exited', code: 5 }, 'out\n', 'err\n']);
  });

  it('reads its input, and what it leaves unread hurts nobody', async () => {
    const read = await runScript(local, 'cat', { ...limits, stdin: 'a line\n' });
    assert.equal(read.stdout.toString(), 'a line\n');
    const { exit } = await runScript(local, 'exec 0<&-; sleep 0.1; exit 6', {
      ...limits,
      stdin: Buffer.alloc(4 << 20),
    });
    assert.deepEqual(exit, { kind: 'exited', code: 6 });
  });

  it('is missed where the account runs no shell', async () => {
    const running = runScript(greeting('echo This account is not available.; exit 1'), 'true', limits);
    await assert.rejects(running, { code: 'deploy', message: /^web: .*exit 1.*This account is not available/ });
  });
});

describe('a copy', { timeout: 600_000 }, () => {
  let target: string;
  beforeEach(() => {
    target = join(folder, 'target');
    mkdirSync(target);
  });
  afterEach(() => rmSync(target, { recursive: true }));

  /** A host with these programs only, and some that do what these lines say. */
  const withPrograms = (programs: readonly string[], made: Readonly<Record<string, string>> = {}): Connection => {
    const bin = mkdtempSync(join(folder, 'bin-'));
    for (const program of programs) {
      symlinkSync(
        execFileSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(),
        join(bin, program),
      );
    }
    for (const [name, line] of Object.entries(made))
      writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    return greeting(`PATH=${bin}; export PATH`);
  };
  const tools = ['cat', 'chmod', 'mv', 'rm'];

  for (const program of ['sha256sum', 'shasum', 'openssl']) {
    it(`works with ${program} alone`, async () => {
      const path = join(target, 'file');
      // Where perl or openssl are missing there is nothing to show.
      const isThere = execFileSync('/bin/sh', ['-c', `command -v ${program} || true`], { encoding: 'utf8' }) !== '';
      if (!isThere) return;
      const host = withPrograms([...tools, program, ...(program === 'shasum' ? ['perl'] : [])]);
      const sent = await writeRemoteFile(host, Buffer.from('text'), path, { mode: 0o600, signal });
      assert.deepEqual(await readRemoteFile(host, path, join(target, 'back'), { maxBytes: 100, signal }), sent);
    });
  }

  it('is refused where the host can compute no sha256, and nothing is left', async () => {
    const writing = writeRemoteFile(withPrograms(tools), Buffer.from('x'), join(target, 'a'), {
      mode: 0o600,
      signal,
    });
    await assert.rejects(writing, { code: 'deploy', message: /no program for sha256/ });
    assert.deepEqual(readdirSync(target), []);
  });

  it('to a host that arrives damaged leaves the old file, and nothing else', async () => {
    const path = join(target, 'file');
    writeFileSync(path, 'old');
    const damaging = withPrograms(['chmod', 'mv', 'rm', 'sha256sum'], { cat: '/bin/cat | /usr/bin/tr a b' });
    const writing = writeRemoteFile(damaging, Buffer.from('aaa'), path, { mode: 0o600, signal });
    await assert.rejects(writing, { code: 'deploy', message: /arrived damaged/ });
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(readdirSync(target), ['file']);
  });

  it('from a host that arrives damaged leaves the old file, and nothing else', async () => {
    const path = join(target, 'file');
    writeFileSync(path, 'old');
    const grows = join(target, 'grows');
    writeFileSync(grows, 'start');
    // The file grows between its digest and its bytes.
    const growing = withPrograms(['sha256sum'], { cat: `echo more >> '${grows}'; /bin/cat` });
    await assert.rejects(readRemoteFile(growing, grows, path, { maxBytes: 100, signal }), {
      code: 'deploy',
      message: /its sha256 differs/,
    });
    assert.equal(readFileSync(path, 'utf8'), 'old');
    assert.deepEqual(readdirSync(target).sort(), ['file', 'grows']);
  });

  it('never goes into a directory of that name', async () => {
    const writing = writeRemoteFile(local, Buffer.from('x'), target, { mode: 0o600, signal });
    await assert.rejects(writing, { code: 'deploy', message: /there is a directory of that name/ });
    assert.deepEqual(readdirSync(target), []);
  });

  it('takes regular files only', async () => {
    execFileSync('mkfifo', [join(target, 'pipe')]);
    const reading = readRemoteFile(local, join(target, 'pipe'), join(target, 'x'), { maxBytes: 10, signal });
    await assert.rejects(reading, { code: 'deploy', message: /not a regular file/ });
  });

  it('names a local file that is missing, before the host is asked', async () => {
    const writing = writeRemoteFile(local, join(folder, 'none'), join(target, 'a'), { mode: 0o600, signal });
    await assert.rejects(writing, { code: 'input', message: /none can't be read/ });
  });

  it('from a file sends what the file holds', async () => {
    const source = join(target, 'source');
    writeFileSync(source, Buffer.alloc(300_000, 7));
    await writeRemoteFile(local, source, join(target, 'sent'), { mode: 0o600, signal });
    assert(readFileSync(join(target, 'sent')).equals(readFileSync(source)));
  });
});
