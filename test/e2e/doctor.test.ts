/** `funbric doctor` on real hosts, each sick in its own way: what it finds, what it says to change, and how it ends. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';
import { startHosts, type HostsOptions } from '../support/hosts.ts';
import { sshdReason } from '../support/sshd.ts';

const skip = sshdReason() || (process.getuid?.() === 0 ? false : 'mount namespaces take root');

describe('the doctor', { skip }, () => {
  let bench: Bench;
  before(() => {
    bench = openBench();
  });
  after(() => bench[Symbol.dispose]());

  /** Shell lines of each host from 127.0.0.3 on; 127.0.0.2 is well. */
  const doctor = async (
    preparations: readonly string[],
    words: readonly string[] = [],
    options: HostsOptions = {},
  ): Promise<Ended> => {
    const addresses = ['127.0.0.2', ...preparations.map((_, at) => `127.0.0.${at + 3}`)];
    const byAddress = Object.fromEntries(preparations.map((lines, at) => [`127.0.0.${at + 3}`, lines]));
    await using hosts = await startHosts(bench.folder, { addresses, preparations: byAddress, ...options });
    return await funbric([...hosts.flags, 'doctor', ...words], { cwd: bench.folder });
  };
  /** A program of the host that says something else. */
  const replaced = (program: string, text: string): string => {
    const path = join(bench.folder, `fake-${program}`);
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return `mount --bind '${path}' "$(realpath "$(command -v ${program})")"`;
  };

  it('folds what hosts have alike, measures what they have not, and leaves nothing on them', async () => {
    const ended = await doctor([':', ':'], ['--dir', bench.dir]);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    for (const line of [
      /^login +127\.0\.0\.\[2-4\] +host key known, as \w+, in [\d.]+ (µs|ms|s)/m,
      /^system +127\.0\.0\.\[2-4\] +Linux \S+ \S+$/m,
      /^node +127\.0\.0\.\[2-4\] +Node\.js [\d.]+ \(\/\S+\), agent will be uploaded$/m,
      /^room +127\.0\.0\.\[2-4\] +home usable, free: [\d.,]+ \wiB/m,
      /^clock +127\.0\.0\.\[2-4\] +within 1 s of this machine, known to ±/m,
      /^limits +127\.0\.0\.\[2-4\] +open files \d+/m,
      /^dir +127\.0\.0\.\[2-4\] +\S+ usable: \w+ \S+ \(rw,.*\): posix$/m,
      /^better change +127\.0\.0\.\[2-4\]: they share one kernel/m,
      /^verdict=pass code=0$/m,
    ]) {
      assert.match(ended.stdout, line);
    }
    assert.deepEqual(readdirSync(bench.dir), []);
    assert.deepEqual(readdirSync(join(bench.folder, 'home-127.0.0.2')), []);
  });

  it('says what would stop a run and how to change that, with status 1: no Node.js, no directory, a read-only mount', async () => {
    const none = join(bench.folder, 'no-node');
    writeFileSync(none, '', { mode: 0o644 });
    const hidden = `for n in "$(realpath "$(command -v node)")" '${realpathSync(process.execPath)}'; do mount --bind '${none}' "$n"; done`;
    const ended = await doctor([hidden, `mount -t tmpfs -o ro none '${bench.dir}'`], ['--dir', bench.dir]);
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(
      ended.stdout,
      /^STOPS A RUN +127\.0\.0\.3: there is no Node\.js on it: the agent needs 18.*\n +change: .*install Node\.js/m,
    );
    assert.match(
      ended.stdout,
      /^STOPS A RUN +127\.0\.0\.4: nothing can be made in \S+: mkdir.*\n +change: mount it writable/m,
    );
    assert.match(ended.stdout, /^dir +127\.0\.0\.4 +\S+ not writable: tmpfs none \(ro/m);
    const absent = await doctor([], ['--dir', '/does/not/exist']);
    assert.equal(absent.status, 1);
    assert.match(absent.stdout, /127\.0\.0\.2: \/does\/not\/exist is not there\n +change: create it/);
  });

  it('says what is worth a change and stops nothing: a noisy shell, few open files, a wrong clock, no home', async () => {
    const realDate = join(bench.folder, 'real-date');
    copyFileSync('/bin/date', realDate);
    const ended = await doctor([
      'echo "Welcome to the machine"',
      'ulimit -n 300',
      replaced('date', `exec '${realDate}' -d '+1 hour' "$@"`),
      `mount -t tmpfs -o ro none '${bench.folder}/home-127.0.0.6'`,
    ]);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    for (const line of [
      /^better change +127\.0\.0\.3: its login shell prints: Welcome to the machine\n +change: .*\.bashrc/m,
      /^better change +127\.0\.0\.4: only 300 open files are allowed\n +change: .*limits\.conf.*nofile/m,
      /^better change +127\.0\.0\.5: its clock is more than 1 s ahead of this machine's\n +change: .*chronyd/m,
      /^better change +127\.0\.0\.6: its home is not writable/m,
    ]) {
      assert.match(ended.stdout, line);
    }
  });

  it('says which Node.js a run would bring where one is given', async () => {
    const ended = await doctor([':'], ['--runtime', process.execPath]);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /^node +127\.0\.0\.\[2-3\] +the given Node\.js, brought by the run, agent will be/m);
  });

  it('says so where that Node.js lies there already, whole', async () => {
    const addresses = ['127.0.0.2', '127.0.0.3'];
    await using hosts = await startHosts(bench.folder, { addresses });
    const sha256 = createHash('sha256').update(readFileSync(process.execPath)).digest('hex');
    for (const [at, home] of hosts.homes.entries()) {
      const folder = join(home, '.cache/funbric', sha256);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      copyFileSync(process.execPath, join(folder, 'node'));
      if (at === 1) appendFileSync(join(folder, 'node'), 'x');
    }
    const ended = await funbric([...hosts.flags, 'doctor', '--runtime', process.execPath], { cwd: bench.folder });
    for (const home of hosts.homes) rmSync(join(home, '.cache/funbric', sha256), { recursive: true });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /^node +127\.0\.0\.2 +the given Node\.js, cached, agent will be/m);
    assert.match(ended.stdout, /127\.0\.0\.3 +the given Node\.js, brought by the run, agent will be/m);
  });

  it('tells a programs-only line of each host with --json, the verdict last', async () => {
    const ended = await doctor([':'], ['--json', '--dir', bench.dir]);
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ kind, host, status, verdict }) => ({ kind, host, status, verdict })),
      [
        { kind: 'host', host: '127.0.0.2', status: 'answered', verdict: undefined },
        { kind: 'host', host: '127.0.0.3', status: 'answered', verdict: undefined },
        { kind: 'run-ended', host: undefined, status: undefined, verdict: 'pass' },
      ],
    );
    const { directory } = lines[0] ?? {};
    assert.match(JSON.stringify(directory), /"state":"usable".*"consistency":"posix"/);
  });

  it('ends with 2 where all that is wrong is that hosts can not be reached, and examines the others', async () => {
    await using hosts = await startHosts(bench.folder, { addresses: ['127.0.0.2'] });
    const ended = await funbric([...hosts.flags, '-H', '127.0.0.98,127.0.0.99', 'doctor']);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /^unreachable +127\.0\.0\.\[98-99\] +connection refused/m);
    assert.match(ended.stdout, /^system +127\.0\.0\.2 +Linux/m);
    assert.match(ended.stdout, /^verdict=incomplete code=2$/m);
  });

  it('shows no escape sequence of a host, and ends what prints without end', async () => {
    const evil = replaced(
      'uname',
      String.raw`printf '\033]0;owned\007\033[2Jgood\342\200\256kernel'; head -c 5000 /dev/zero | tr '\0' A`,
    );
    const ended = await doctor([evil, 'yes']);
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.doesNotMatch(ended.stdout.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
    assert.match(ended.stdout, /^system +127\.0\.0\.3 +.*kernel/m);
    assert.ok(ended.stdout.split('\n').every((line) => line.length < 1000));
    assert.match(ended.stdout, /^failed +127\.0\.0\.4 +the login shell prints more than \d+ bytes/m);
    assert.match(ended.stdout, /^system +127\.0\.0\.2 +Linux/m);
  });

  it('refuses a directory that means something else on every host', async () => {
    const ended = await doctor([], ['--dir', 'shared']);
    assert.equal(ended.status, 64);
    assert.match(ended.stderr, /--dir can't be "shared"\nhint: write an absolute path/);
  });
});
