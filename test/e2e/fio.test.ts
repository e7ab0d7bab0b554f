/** fio on real hosts over a real sshd: what it measured, what it found, and what is left of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { funbric, openBench, startFunbric, type Bench } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { allProcesses, commandOf, signal } from '../support/processes.ts';
import { fioText } from '../support/result-files.ts';
import { sshdReason } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const addresses = ['127.0.0.2', '127.0.0.3'];
const isThere = spawnSync('fio', ['--version']).status === 0;
const skip = sshdReason() || (isThere ? false : 'no fio here (Debian: fio)');

describe('fio on two real hosts', { skip }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    bench = openBench();
    mkdirSync(join(bench.folder, 'work'));
    hosts = await startHosts(bench.folder, { addresses });
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  afterEach(async () => {
    assert.deepEqual(readdirSync(bench.dir), [], 'left below the directory under test');
    assert.deepEqual(readdirSync(join(bench.folder, 'work')), [], 'left where hosts keep jobs and results');
    // One that was killed is there until it gets a processor to end on; one that was not ends by itself, but later than this.
    await until('the end of all processes', () => ofFio(bench.folder).length === 0, 20_000);
  });

  const argsOf = (...args: string[]): string[] => [
    ...hosts.flags,
    '--reports',
    bench.reports,
    '--work-dir',
    join(bench.folder, 'work'),
    'fio',
    '--dir',
    bench.dir,
    ...args,
  ];
  const run = (...args: string[]): ReturnType<typeof funbric> => funbric(argsOf(...args), { cwd: bench.folder });
  const write = (name: string, text: string): string => {
    const path = join(bench.folder, name);
    writeFileSync(path, text);
    return path;
  };
  const leftBelow = (): readonly string[] =>
    [bench.dir, join(bench.folder, 'work')].flatMap((path) =>
      readdirSync(path, { recursive: true }).map((name) => join(path, String(name))),
    );
  /**
   * What is left is made old: with `--older-than 0s` the work folders of other tests in /var/tmp would go, too, wherever an agent
   * has none of its files open. `cleanup` keeps what a process still uses, and all runs while an agent has just started on this
   * machine, perhaps another test's: so it sees none of others where it can be alone, and else it is asked until nothing is left.
   */
  const cleanUp = async (): Promise<void> => {
    const asRoot = process.getuid?.() === 0;
    const script = write('alone.sh', '(eval "$SSH_ORIGINAL_COMMAND"); exit $?\n');
    const command = `exec unshare --mount --pid --fork --mount-proc /bin/sh ${script}`;
    const alone = { addresses, ...(asRoot ? { forceCommand: () => command } : {}) };
    await using asked = await startHosts(join(bench.folder, 'alone'), alone);
    const deadline = performance.now() + 120_000;
    const then = new Date(Date.now() - 7_200_000);
    while (leftBelow().length > 0) {
      for (const path of leftBelow()) utimesSync(path, then, then);
      const words = ['--work-dir', join(bench.folder, 'work'), 'cleanup', '--dir', bench.dir, '--yes'];
      const { status, stdout, stderr } = await funbric([...asked.flags, ...words]);
      assert.equal(status, 0, stdout + stderr);
      assert.ok(performance.now() < deadline, stdout);
    }
  };
  // At a rate: fio would keep the machine busy with what its cache holds.
  const small = ['--size', '1m', '--duration', '1s', '--direct', '0', '--ioengine', 'psync', '--rate-iops', '500'];

  for (const [profile, directions] of [
    ['randr', ['read']],
    ['randrlimited', ['read']],
    ['randrw7030', ['read', 'write']],
    ['seqwrite', ['write']],
    ['custom', ['write']],
  ] as const) {
    it(`runs the profile ${profile} on every host at the same time`, async () => {
      const more = profile === 'custom' ? ['--rw', 'randwrite', '--bs', '8k', '--numjobs', '2'] : [];
      const ended = await run('--profile', profile, ...small, ...more);
      assert.equal(ended.status, 0, ended.stdout + ended.stderr);
      const { verdict, operations, receipt } = bench.run();
      assert.equal(verdict, 'pass');
      assert.deepEqual(
        operations.map(({ name, kind }) => [name, kind]),
        directions.map((name) => [name, 'io']),
      );
      for (const { count, p50Us, notMergeable } of operations) {
        assert.ok(count > 0);
        assert.ok(p50Us !== null && p50Us > 0);
        assert.equal(notMergeable, undefined);
      }
      assert.deepEqual(
        receipt?.inputs.map(({ hosts: of, isKept }) => [of, isKept]),
        hosts.names.map((name) => [[name], true]),
      );
      assert.match(readFileSync(join(bench.reports, 'latest/report.html'), 'utf8'), /Jobs, all hosts together/);
    });
  }

  it('brings all of what hosts measured into one run, however far apart their clocks are', async () => {
    mkdirSync(join(bench.folder, 'tasks'), { recursive: true });
    const path = join(bench.folder, 'measured');
    const text = JSON.stringify(fioText.replaceAll('1735787050', 'EPOCH'));
    write(
      'tasks/brings.ts',
      `import { task } from 'funbric';
       export default task({ summary: 'a test', async run(host) {
         const file = '${path}-' + host.index;
         await host.run(['tee', '--', file], { stdin: ${text}.replaceAll('EPOCH', 1735787050 + 86400 * host.index) });
         await host.collect(file);
       } });`,
    );
    const ended = await funbric([...hosts.flags, '--reports', bench.reports, 'brings'], { cwd: bench.folder });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.deepEqual(bench.run().receipt?.differences, []);
  });

  it('fails the run where a block is not what fio wrote, and keeps its words', async () => {
    const job = write(
      'corrupt.fio',
      `[global]
       filename=x
       size=256k
       bs=4k
       verify=crc32c
       ioengine=psync
       [writes]
       rw=write
       do_verify=0
       [spoils]
       stonewall
       rw=write
       verify=0
       bs=512
       offset=69632
       size=512
       [reads]
       stonewall
       rw=read
       verify_only`,
    );
    const ended = await run('--job', job);
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    const command = bench.run().hosts[0]?.commands.find((one) => one.command.startsWith('fio --output'));
    assert.equal(command?.exit, 1);
    assert.match(command?.stderr ?? '', /at file x offset 69632, length 4096/);
    assert.match(bench.run().hosts[0]?.reason ?? '', /fio ended with exit code 1: .*offset 69632/);
    assert.deepEqual(
      bench.run().findings.map(({ code, grade, host, file, offset }) => [code, grade, host, file, offset]),
      hosts.names.map((name) => ['T01', 'proven', name, 'x', 69_632]),
    );
    const jobs = bench.run().operations.map(({ labels = [] }) => labels.map(({ value }) => value).join(' '));
    assert.deepEqual(jobs.toSorted(), ['reads 2', 'spoils 1', 'writes 0']);
  });

  it('runs all jobs and groups of a job file, in folders of its own', async () => {
    const job = write(
      'two.fio',
      `[global]
       size=64k
       ioengine=psync
       [first]
       rw=write
       directory=sub/folder
       [second]
       stonewall
       rw=randread
       filename=a:b`,
    );
    const ended = await run('--job', job);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const kept = await run('--job', job, '--keep');
    assert.equal(kept.status, 0, kept.stdout + kept.stderr);
    const folders = readdirSync(bench.dir).sort();
    const left = readdirSync(join(bench.dir, folders[0] ?? '', 'data'), { recursive: true }).map(String);
    assert.deepEqual(left.filter((name) => !name.endsWith('.state')).sort(), [
      'a',
      'b',
      'sub',
      'sub/folder',
      'sub/folder/first.0.0',
    ]);
    assert.match(folders.join(' '), /^funbric-\S+\.fio-0 funbric-\S+\.fio-1$/);
    await cleanUp();
  });

  it('removes nothing that lacks its marker', async () => {
    const started = startFunbric(argsOf('--profile', 'randr', ...small, '--duration', '60s'), { cwd: bench.folder });
    await until('fio on both hosts', () => isAtWork(bench));
    const folder = join(bench.dir, readdirSync(bench.dir).find((name) => name.endsWith('-0')) ?? '');
    rmSync(join(folder, '.funbric-run'));
    started.child.kill('SIGINT');
    const ended = await started.ended;
    assert.equal(ended.status, 130, ended.stdout + ended.stderr);
    assert.match(ended.stdout + ended.stderr, /nothing was removed: .*lacks our marker/);
    assert.deepEqual(readdirSync(bench.dir), [folder.slice(bench.dir.length + 1)]);
    assert.ok(readdirSync(join(folder, 'data')).length > 0);
    rmSync(folder, { recursive: true });
  });

  it('leaves no file and no process behind after Ctrl-C, and has what was measured until then', async () => {
    const started = startFunbric(argsOf('--profile', 'seqwrite', ...small, '--duration', '60s'), { cwd: bench.folder });
    await until('fio on both hosts', () => isAtWork(bench));
    started.child.kill('SIGINT');
    const ended = await started.ended;
    assert.equal(ended.status, 130, ended.stdout + ended.stderr);
    const { receipt, operations, hosts } = bench.run();
    assert.deepEqual(
      hosts.map(({ isInterrupted }) => isInterrupted),
      [true, true],
    );
    // fio has two seconds for it, which a busy machine may need for something else. How far it came is the machine's affair.
    const inputs = receipt?.inputs ?? [];
    for (const { end, isKept } of inputs) assert.deepEqual([end?.kind, isKept], ['whole', true]);
    const written = inputs.map(({ file }) => {
      const kept = readFileSync(join(bench.reports, 'latest', file ?? ''), 'utf8');
      return Number(/"write" : \{[^]*?"total_ios" : (\d+)/.exec(kept)?.[1]);
    });
    assert.equal(
      operations.reduce((sum, { count }) => sum + count, 0),
      written.reduce((sum, count) => sum + count, 0),
    );
  });

  it('ends fio where funbric itself was killed', async () => {
    const started = startFunbric(argsOf('--profile', 'seqwrite', ...small, '--duration', '100s'), {
      cwd: bench.folder,
    });
    await until('fio on both hosts', () => isAtWork(bench));
    started.child.kill('SIGKILL');
    await started.ended;
    await until('the end of fio', () => ofFio(bench.folder).length === 0, 60_000);
    await cleanUp();
  });

  it('fails the host whose fio was killed, and no other', async () => {
    const started = startFunbric(argsOf('--profile', 'randr', ...small, '--duration', '5s'), { cwd: bench.folder });
    // The other's may not have begun yet, or be done.
    await until('fio on the second host', () => isAtWork(bench, [1]));
    for (const pid of ofFio(bench.folder).filter((one) => /^fio .*\.fio-1\//.test(commandOf(one))))
      signal(pid, 'SIGKILL');
    const ended = await started.ended;
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.deepEqual(
      bench.run().hosts.map(({ status }) => status),
      ['completed', 'failed'],
    );
    assert.match(bench.run().hosts[1]?.reason ?? '', /fio ended with exit code (137|1)/);
  });

  it('ends a job that takes longer than its time and the slack', async () => {
    // It looks at its time between two writes only, and here it rests for a minute after each.
    const job = write('slow.fio', '[a]\nsize=64k\nrw=write\nioengine=psync\nthinktime=60s\nruntime=1\n');
    const ended = await run('--job', job, '--set', 'ramp_time=0', '--slack', '0s');
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(bench.run().hosts[0]?.reason ?? '', /didn't end within 1 s \(the 1 s of its job and --slack\)/);
  });

  it('ends a job at -T although its own time is longer, and keeps what it measured as a part, if it says so', async () => {
    const started = startFunbric(['-T', '5s', ...argsOf('--profile', 'randr', ...small, '--duration', '100s')], {
      cwd: bench.folder,
    });
    // One is told while it starts, and misses it; the other never hears.
    const pids = new Map<string, number>();
    await until('fio on both hosts', () => {
      for (const pid of ofFio(bench.folder)) {
        const host = /^fio .*\.fio-([01])\//.exec(commandOf(pid))?.[1];
        if (host === undefined || pids.has(host)) continue;
        signal(pid, 'SIGSTOP');
        pids.set(host, pid);
      }
      return pids.size === 2;
    });
    // It is told for some seconds only, whatever the other host has come to.
    const work = join(bench.folder, 'work');
    const first = readdirSync(work).find((name) => name.endsWith('.fio-0')) ?? assert.fail();
    await until('the word to end', () => existsSync(join(work, first, 'cut')));
    signal(pids.get('0') ?? 0, 'SIGCONT');
    const ended = await started.ended;
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /warning: -T ends fio after 5 s, and its job takes 100 s/);
    const { hosts: rows, operations, reasons } = bench.run();
    assert.match(rows[0]?.reason ?? '', /fio didn't end within 5 s \(-T\), and was ended: the report has what it/);
    assert.match(
      rows[1]?.reason ?? '',
      /fio didn't end within 5 s \(-T\), and was ended: the report has nothing of what it/,
    );
    // How far it came before it heard is the machine's affair.
    const kept = readFileSync(join(bench.reports, 'latest/collected/0000/0'), 'utf8');
    const reads = /"read" : \{[^]*?"total_ios" : (\d+)/.exec(kept)?.[1];
    assert.equal(operations[0]?.count ?? 0, Number(reads), 'what it measured until then');
    assert.match(reasons.join('\n'), /results\.json .*fio says: terminating on signal 2/);
  });

  it('is judged by what is expected of it', async () => {
    const ended = await run('--profile', 'randr', ...small, '--expect', 'read.rate>1/s', '--expect', 'randr.p50<1us');
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.deepEqual(
      bench.run().expectations?.map(({ asked, outcome }) => [asked, outcome]),
      [
        ['read.rate>1/s', 'met'],
        ['randr.p50<1us', 'missed'],
      ],
    );
  });

  it('works below a directory of any name', async () => {
    const odd = join(bench.dir, `a 'b" $(touch pwned) \u2603 :\\`);
    mkdirSync(odd);
    const ended = await run('--profile', 'randr', ...small, '--dir', odd);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.deepEqual(readdirSync(odd), []);
    rmSync(odd, { recursive: true });
  });

  it('shows with --dry-run the job and the command, and reaches nobody', async () => {
    const nowhere = ['-H', 'nowhere.invalid', '--dry-run', 'fio', '--dir', '/mnt/x'];
    const ended = await funbric([...nowhere, '--profile', 'randrw7030', '--set', 'fsync=7'], { cwd: bench.folder });
    assert.equal(ended.status, 0, ended.stderr);
    assert.match(ended.stdout, /in a new folder, \/mnt\/x\/funbric-RUN\.fio-HOST\/data: fio --output-format=json\+/);
    assert.match(ended.stdout, /\[global\]\n +fsync=7\n[^]*\[randrw7030\]\n +rw=randrw/);
  });
});

/** These hosts have made their files, and so are about to read and write them, or do. */
function isAtWork({ folder, dir }: Bench, at: readonly number[] = [0, 1]): boolean {
  const commands = ofFio(folder).map(commandOf);
  return at.every((host) => {
    const name = readdirSync(dir).find((one) => one.endsWith(`.fio-${host}`));
    const data = join(dir, name ?? '', 'data');
    return (
      commands.some((one) => one.startsWith('fio ') && one.includes(`.fio-${host}/`)) &&
      existsSync(data) &&
      readdirSync(data).length > 0
    );
  });
}

/** fio itself, its jobs, and the shells around them. */
function ofFio(folder: string): readonly number[] {
  return allProcesses().filter((pid) => {
    const command = commandOf(pid);
    return command.includes(folder) && command.includes('.fio-');
  });
}

describe('a host without fio', { skip: skip || (process.getuid?.() === 0 ? false : 'needs root') }, () => {
  it('fails with what to install there, while the others go on', async () => {
    using bench = openBench();
    const none = join(bench.folder, 'none');
    writeFileSync(none, '', { mode: 0o644 });
    const hide = programsOf('fio').map((path) => `mount --bind '${none}' '${path}'`);
    await using hosts = await startHosts(bench.folder, {
      addresses,
      preparations: { [addresses[1] ?? '']: hide.join('\n') },
    });
    const tiny = ['--size', '64k', '--duration', '1s', '--direct', '0', '--ioengine', 'psync'];
    const ended = await funbric(
      [...hosts.flags, '--reports', bench.reports, 'fio', '--dir', bench.dir, '--profile', 'randr', ...tiny],
      { cwd: bench.folder },
    );
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(ended.stdout + ended.stderr, /127\.0\.0\.3: there is no fio/);
    assert.match(ended.stdout + ended.stderr, /install it/);
    assert.deepEqual(
      bench.run().hosts.map(({ status }) => status),
      ['completed', 'failed'],
    );
    assert.deepEqual(readdirSync(bench.dir), []);
  });
});

/** Wherever a host could find it. */
function programsOf(name: string): readonly string[] {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/bin', '/usr/bin', '/opt/homebrew/bin'];
  const paths = folders.map((folder) => join(folder, name)).filter((path) => existsSync(path));
  return [...new Set(paths.map((path) => realpathSync(path)))];
}
