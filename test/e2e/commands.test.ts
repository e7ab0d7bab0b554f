/** Commands on hosts that print too much, in pieces, or before anyone asked: what the user sees is what the command said. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { funbric, openBench, root, startFunbric, type Bench } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { isRunning, residentBytes } from '../support/processes.ts';
import { sshdReason } from '../support/sshd.ts';
import { until } from '../support/until.ts';

describe('a command on hosts', { skip: sshdReason() }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    bench = openBench();
    hosts = await startHosts(bench.folder, { addresses: ['127.0.0.2', '127.0.0.3'] });
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  const greet = (text: string): void => {
    for (const home of hosts.homes) writeFileSync(join(home, '.bashrc'), text);
  };
  const one = (): string[] => [...hosts.flags, '-x', '127.0.0.3'];

  it('shows characters whole that come in pieces, in the middle of a line and at its end', async () => {
    const pieces = String.raw`for b in '\303' '\244 \360' '\237' '\230' '\200' ' \342\202' '\254'; do printf "$b"; sleep 0.1; done`;
    const ended = await funbric([...one(), '--', pieces]);
    assert.equal(ended.stdout, '127.0.0.2 | ä 😀 €\n', ended.stderr);
  });

  it('shows and keeps nothing of what a login shell prints, in color, without a newline, and slowly', async (t) => {
    greet(
      String.raw`echo Welcome; printf '\033[2J\033]0;owned\007\033[31mAll your'; echo careful >&2; sleep 0.3; printf ' base'`,
    );
    t.after(() => greet(''));
    const heard = await funbric([...one(), '--', 'echo out; echo err >&2']);
    assert.deepEqual([heard.stdout, heard.stderr, heard.status], ['127.0.0.2 | out\n', '127.0.0.2 | err\n', 0]);
    const words = ['--reports', bench.reports, 'runtest', '--dir', bench.dir, '--workers', '1', '--ops', '20'];
    const ended = await funbric([...hosts.flags, ...words]);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
  });

  it('is not run by a login shell that starts another in its place, and what it should read is no command there', async (t) => {
    greet('[ -n "$FISHED" ] || FISHED=1 exec /bin/sh');
    t.after(() => greet(''));
    const touched = join(bench.folder, 'touched');
    mkdirSync(join(bench.folder, 'tasks'), { recursive: true });
    writeFileSync(
      join(bench.folder, 'tasks/types.ts'),
      `import { task } from 'funbric';
       export default task({ summary: 'a test', async run(host) {
         await host.run(['cat'], { stdin: 'touch ${touched}\\n', timeoutMs: 2000 });
       } });`,
    );
    const isTrap = await funbric([...one(), '--', 'echo ran']);
    if (isTrap.status === 0) return t.skip('the login shell reads no .bashrc for commands');
    assert.match(isTrap.stderr, /the login shell didn't run a script/);
    const ended = await funbric([...one(), '--reports', bench.reports, 'types'], { cwd: bench.folder });
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.throws(() => readFileSync(touched), { code: 'ENOENT' });
  });

  it('is gathered from all that can be reached, byte for byte kept, and who is missing makes it incomplete', async () => {
    const folder = join(bench.folder, 'out');
    const words = [
      '-H',
      '127.0.0.9',
      '-b',
      '--out',
      folder,
      '--',
      String.raw`printf '\303\244\377\n'; echo "$SSH_CONNECTION" >&2`,
    ];
    const ended = await funbric([...hosts.flags, ...words], { cwd: bench.folder, env: { HOME: bench.folder } });
    assert.equal(ended.status, 2, ended.stderr);
    assert.match(ended.stdout, /^-+\n127\.0\.0\.\[2-3\] \(2\)\n-+\nä\ufffd\n$/);
    assert.match(ended.stderr, /127\.0\.0\.3 \(1\), stderr[^]*127\.0\.0\.9: connection refused/);
    assert.deepEqual(readFileSync(join(folder, '0001/stdout')), Buffer.from([0xc3, 0xa4, 0xff, 0x0a]));
    const again = await funbric([...hosts.flags, '-H', '127.0.0.9', '--rerun', 'missing', '--', 'true'], {
      cwd: bench.folder,
      env: { HOME: bench.folder },
    });
    assert.match(again.stderr, /^127\.0\.0\.9: connection refused[^\n]*\n$/);
  });

  it('that is silent for too long is ended on its host, with all that it started', async () => {
    const pidFile = join(bench.folder, 'silent');
    const ended = await funbric([...one(), '--idle-timeout', '5s', '--', `sleep 300 & echo $! >${pidFile}; wait`]);
    assert.equal(ended.status, 1);
    assert.match(ended.stderr, /127\.0\.0\.2: the command said nothing for 5 s, its idle limit \(--idle-timeout\)/);
    const pid = readFileSync(pidFile, 'utf8').trim();
    await until(`the end of process ${pid}`, () => !isRunning(Number(pid)));
  });

  it('may print 100 MB on each host with -b: what is kept of it is bounded, and compared whole', async () => {
    const words = ['-b', '--max-output', '1M', '--', 'head -c 75000000 /dev/zero | base64 -w 9999'];
    const { child, ended } = startFunbric([...hosts.flags, ...words]);
    let mostBytes = 0;
    const timer = setInterval(() => (mostBytes = Math.max(mostBytes, residentBytes(child.pid))), 50);
    const { stdout, status } = await ended;
    clearInterval(timer);
    assert.equal(status, 0);
    assert.match(stdout, /^-+\n127\.0\.0\.\[2-3\] \(2\)\n-+\nAAAA[^]*\n\.\.\. and 98,\d{3},\d{3} bytes more\n$/);
    assert(mostBytes > 0 && mostBytes < 250e6, `${Math.round(mostBytes / 1e6)} MB`);
  });

  it('may print 100 MB on each host to a slow reader: no line is lost, and the controller stays below 250 MB', async () => {
    const words = [...hosts.flags, '--', 'head -c 75000000 /dev/zero | base64 -w 9999'];
    const main = join(root, 'dist/src/cli/main.js');
    const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    let lines = 0;
    let mostBytes = 0;
    for await (const chunk of child.stdout) {
      if (!Buffer.isBuffer(chunk)) continue;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
      mostBytes = Math.max(mostBytes, residentBytes(child.pid));
      // For as long as it isn't read, the host is held back.
      if (lines < 500) await sleep(10);
    }
    assert.equal(lines, 2 * Math.ceil(100_000_000 / 9999));
    assert(mostBytes > 0 && mostBytes < 250e6, `${Math.round(mostBytes / 1e6)} MB`);
  });
});
