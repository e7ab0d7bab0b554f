/** Which shell an account has is told by the first script; after that bash needs no other shell around what it runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runRemoteCommand } from '../../src/controller/command/remote-command.ts';
import { isBash, runScript } from '../../src/transports/script.ts';
import { quote } from '../../src/transports/shell.ts';
import type { Connection } from '../../src/transports/transport.ts';
import { testConnect, testHost, testTransports } from '../support/transports.ts';
import { until } from '../support/until.ts';

const { signal } = new AbortController();
const limits = { signal, timeoutMs: 20_000, maxOutputBytes: 1000 };

let folder: string;
let local: Connection;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'funbric-login-shell-'));
  const host = testHost('web', { transport: 'local' });
  local = await testTransports(folder).of(host).connect(host, testConnect());
});
after(async () => {
  await local[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A host whose accounts have this shell, and say that they have the other. */
function hostOf(shell: string, said = '/bin/bash'): Connection {
  const own = (command: string): string => `SHELL=${said}; export SHELL; exec ${shell} -c ${quote(command)}`;
  return { ...local, hasLoginShell: true, exec: async (command, options) => local.exec(own(command), options) };
}

async function run(connection: Connection, line: string, given = signal): Promise<readonly [unknown, string, string]> {
  const heard = { stdout: '', stderr: '' };
  const onLine = (stream: 'stdout' | 'stderr', text: string): void => void (heard[stream] += text);
  const exit = await runRemoteCommand(connection, { line, limitMs: 20_000, signal: given, onLine });
  return [exit, heard.stdout, heard.stderr];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const hasBash = spawnSync('bash', ['-c', 'true']).error === undefined;

describe('a login shell', { timeout: 60_000, skip: !hasBash && 'no bash here' }, () => {
  it('is known as bash by what only bash does, never by what $SHELL says alone', async () => {
    for (const [shell, said, isKnown] of [
      ['bash --norc', '/bin/bash', true],
      ['bash --norc', '/usr/bin/fish', false],
      ['dash', '/bin/bash', false],
      ['busybox sh', '/bin/bash', false],
      ['fish --no-config', '/bin/bash', false],
    ] as const) {
      if (spawnSync('sh', ['-c', `${shell} -c true`]).status !== 0) continue;
      const host = hostOf(shell, said);
      await runScript(host, 'true', limits);
      assert.equal(isBash(host), isKnown, `${shell} that says ${said}`);
    }
    await runScript(local, 'true', limits);
    assert.equal(isBash(local), false);
  });

  it('reads its .bashrc once for a command, and nothing of it is output of the command', async () => {
    const rc = join(folder, 'rc');
    const count = join(folder, 'count');
    writeFileSync(rc, `echo x >>${count}; printf noise; printf noise >&2`);
    // With a socket for its input and below no other shell, bash reads the user's own .bashrc in place of this.
    const host = hostOf(`env SHLVL=1 BASH_ENV=${rc} bash`);
    const line = 'echo out; echo err >&2; exit 3';
    const expected = [{ kind: 'exited', code: 3 }, 'out\n', 'err\n'];
    assert.deepEqual(await run(host, line), expected);
    const first = readFileSync(count, 'utf8').length;
    assert.deepEqual(await run(host, line), expected);
    assert.equal(readFileSync(count, 'utf8').length - first, 'x\n'.length);
  });

  it('says itself what is no command, and takes all lines of one', async () => {
    const host = hostOf('bash --norc');
    await runScript(host, 'true', limits);
    const [exit, stdout, stderr] = await run(host, 'echo one\nif then');
    assert.deepEqual([exit, stdout], [{ kind: 'exited', code: 2 }, 'one\n']);
    assert.match(stderr, /syntax error/);
    assert.deepEqual(await run(host, "cat <<'END'\n$HOME `x`\nEND"), [{ kind: 'exited', code: 0 }, '$HOME `x`\n', '']);
  });

  it('is ended with all that its command started', async () => {
    const host = hostOf('bash --norc');
    await runScript(host, 'true', limits);
    const pidFile = join(folder, 'pid');
    const stop = new AbortController();
    const running = run(host, `sleep 60 & echo $! >${pidFile}; echo started; wait`, stop.signal);
    await until('the command runs', () => textOf(pidFile).endsWith('\n'));
    stop.abort(new Error('enough'));
    await assert.rejects(running, /enough/);
    // A zombie, where nobody waits for it, is none.
    const status = `/proc/${textOf(pidFile).trim()}/status`;
    await until('what it started is gone', () => !/^State:\s+[^Z]/m.test(textOf(status)));
  });
});
