/** Mounts that a run makes and undoes, on real hosts with mounts of their own; what is mounted stands for NFS and SMB. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { funbric, openBench, startFunbric, type Bench, type Started } from '../support/funbric.ts';
import { mountHostsReason, startMountHosts, type MountHosts } from '../support/mount-hosts.ts';
import { killDescendants, processesThatTell } from '../support/processes.ts';
import { until } from '../support/until.ts';

const nfs = 'nfs4.1://10.9.0.1/export';
const password = 'canary-4f1d0c9b';

describe('mounts of a run', { skip: mountHostsReason() }, () => {
  let bench: Bench;
  let hosts: MountHosts;
  let point: string;
  before(async () => {
    bench = openBench();
    hosts = await startMountHosts(bench.folder, [
      '10.9.0.1:/export',
      '10.9.0.2:/export',
      '//10.9.0.1/share',
      `10.9.0.1:/$(touch ${bench.folder}/pwned)`,
    ]);
    point = join(hosts.ownFolder, 'point');
    mkdirSync(join(bench.folder, 'tasks'));
    writeFileSync(
      join(bench.folder, 'tasks', 'using.ts'),
      `import { mountOptions, mountSpec, task } from 'funbric';
export default task({
  summary: 'a command in what it mounts',
  options: { at: { type: 'string', required: true, describe: 'mount point' }, line: { type: 'string', required: true, describe: 'command' }, ...mountOptions },
  mount: (options) => mountSpec(options, options.at),
  async run(host, { line }) { await host.shell(line); },
});
`,
    );
    writeFileSync(join(bench.folder, 'credentials'), `username=ann\npassword=${password}\ndomain=LAB\n`, {
      mode: 0o600,
    });
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  const words = (...more: readonly string[]): string[] => [...hosts.flags, '--reports', bench.reports, ...more];
  const using = (line: string, from = nfs, ...more: readonly string[]): string[] =>
    words('using', '--at', point, '--line', line, '--mount', from, ...more);
  const run = (args: readonly string[]): ReturnType<typeof funbric> => funbric(args, { cwd: bench.folder });
  /** Both mounts are made, and the hosts have said so: the command runs in them. */
  const startUsing = async (name: string): Promise<Started> => {
    const begun = join(bench.folder, `begun-${name}`);
    writeFileSync(begun, '');
    const started = startFunbric(using(`echo begun >>${begun}; sleep 300`), { cwd: bench.folder });
    await until('a command on both hosts', () => readFileSync(begun, 'utf8') === 'begun\nbegun\n');
    assert.deepEqual(isMounted(), [true, true]);
    return started;
  };
  const reasons = (): readonly string[] => bench.run().hosts.map(({ reason }) => reason ?? '');
  const isMounted = (): readonly boolean[] => [0, 1].map((at) => hosts.mounts(at).includes(` ${point} `));
  /** What is to be seen of mounts that are over. */
  const assertNothingIsLeft = (): void => {
    assert.deepEqual(isMounted(), [false, false]);
    for (const at of [0, 1]) {
      assert.deepEqual(readdirSync(hosts.inside(at, hosts.ownFolder)), [], 'the mount point that was made is gone');
      assert.equal(existsSync(hosts.inside(at, '/run/funbric')), false);
    }
  };
  const undo = async (): Promise<void> => {
    const line = `umount ${point}; rm -rf /run/funbric; rmdir ${point}; true`;
    assert.equal((await run([...hosts.flags, '--', 'sh', '-c', line])).status, 0);
  };

  it('are there before the agents, told in plan, result and report, and gone afterwards', async () => {
    const ended = await run(
      words(
        'runtest',
        '--dir',
        point,
        '--ops',
        '50',
        '--workers',
        '1',
        '--mount',
        nfs,
        '--mount-options',
        'rsize=65536,noac',
      ),
    );
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assertNothingIsLeft();
    const command = `-t nfs -o vers=4.1,rsize=65536,noac 10.9.0.1:/export ${point}`;
    assert.deepEqual(hosts.calls().slice(-2), [command, command]);
    const { hosts: rows, plan } = bench.run();
    for (const { facts, commands } of rows) {
      assert.equal(facts?.target?.source, '10.9.0.1:/export');
      assert.equal(facts?.target?.path, point);
      assert.deepEqual(
        commands.map((one) => [one.phase, one.command, one.exit]).filter(([, one]) => /mount/.test(String(one))),
        [
          ['setup', `mount ${command}`, 0],
          ['teardown', `umount ${point}`, 0],
        ],
      );
    }
    assert.equal(plan.tasks[0]?.mount?.from, nfs);
    const report = readFileSync(join(bench.reports, 'latest/report.html'), 'utf8');
    assert.ok(report.includes(nfs), 'the report names what was asked for');
  });

  it('that are gone before verify fail the run with that reason, and nothing counts as lost', async () => {
    const namespaceOf = (at: number): string => join(dirname(hosts.inside(at, '')), 'ns/mnt');
    const gone = [0, 1].map((at) => `nsenter --mount=${namespaceOf(at)} umount -l ${point}`).join(' && ');
    const ended = await run(
      words('--before-verify', gone, 'runtest', '--dir', point, '--ops', '200', '--workers', '1', '--mount', nfs),
    );
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    const { findings, hosts: rows } = bench.run();
    assert.deepEqual(findings, [], 'what is on another file system now was not lost');
    assert.deepEqual(
      rows.map(({ status }) => status),
      ['failed', 'failed'],
    );
    for (const { reason = '' } of rows) assert.match(reason, /verify failed: .*was on .*10\.9\.0\.1:\/export/);
    assert.ok(rows.every(({ gaps }) => gaps.includes('it did not read everything back')));
  });

  it('are spread over several addresses of the server', async () => {
    const ended = await run(
      using(`grep -q ' 10.9.0.[12]:/export ' /proc/self/mountinfo`, 'nfs3://10.9.0.[1-2]/export'),
    );
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const sources = hosts
      .calls()
      .slice(-2)
      .map((call) => call.split(' ')[4]);
    assert.deepEqual(new Set(sources), new Set(['10.9.0.1:/export', '10.9.0.2:/export']));
    const told = bench.run().hosts.map(({ commands }) => commands[0]?.stdout);
    assert.match(told[0] ?? '', /10\.9\.0\.1:\/export/);
    assert.match(told[1] ?? '', /10\.9\.0\.2:\/export/);
    assertNothingIsLeft();
  });

  it('are refused where something is mounted already, and that stays', async () => {
    const line = `mkdir ${point} && mount -t x -o x 10.9.0.2:/export ${point}`;
    assert.equal((await run([...hosts.flags, '--', line])).status, 0);
    const ended = await run(using('true'));
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(reasons()[0] ?? '', /is the mount point of tmpfs 10\.9\.0\.2:\/export already/);
    assert.deepEqual(isMounted(), [true, true]);
    await undo();
  });

  it('are left alone where another mount took their place', async () => {
    const ended = await run(using(`umount ${point} && /usr/bin/mount -t tmpfs another ${point}`));
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(reasons()[0] ?? '', /now is the mount point of tmpfs another, which this run didn't mount/);
    assert.deepEqual(isMounted(), [true, true]);
    await undo();
  });

  it('are tried again while something uses them, and told with what that is', async () => {
    const hold = (seconds: number): string =>
      `(cd ${point} && exec setsid sleep ${seconds}) >/dev/null 2>&1 </dev/null &`;
    const short = await run(using(hold(2)));
    assert.equal(short.status, 0, short.stdout + short.stderr);
    assertNothingIsLeft();
    const long = await run(using(hold(30)));
    assert.equal(long.status, 1, long.stdout + long.stderr);
    assert.match(reasons()[0] ?? '', /is still mounted: .*busy.*; in use by \d+ \(sleep\)/);
    assert.match(reasons()[0] ?? '', /funbric -H 127\.0\.0\.2 -- umount /);
    await run([...hosts.flags, '--', 'umount', '-l', point]);
    await undo();
  });

  it('are undone after Ctrl-C, also while they are being made', async () => {
    const started = startFunbric(using('sleep 300'), { cwd: bench.folder });
    await until('both mounts', () => isMounted().every(Boolean));
    started.child.kill('SIGINT');
    assert.equal((await started.ended).status, 130);
    assertNothingIsLeft();

    hosts.beforeMount('trap "" TERM; sleep 1');
    const calls = hosts.calls().length;
    const slow = startFunbric(using('true'), { cwd: bench.folder });
    await until('both mounts to begin', () => hosts.calls().length === calls + 2);
    slow.child.kill('SIGINT');
    assert.equal((await slow.ended).status, 130);
    hosts.beforeMount('');
    assertNothingIsLeft();
  });

  it('that a dead controller left are told with their run, and how to undo them', async () => {
    const started = await startUsing('dead');
    started.child.kill('SIGKILL');
    await started.ended;
    const [left = ''] = readdirSync(hosts.inside(0, '/run/funbric'));
    const ended = await run(using('true'));
    assert.equal(ended.status, 1, ended.stdout + ended.stderr);
    const reason = reasons()[0] ?? '';
    assert.ok(reason.includes(`left by the run ${left.replace(/\.0000$/, '')}`), reason);
    assert.match(reason, /undo it: funbric -H 127\.0\.0\.2 -- umount /);
    await undo();
  });

  it('that a lost host keeps are told, with how to undo them', async () => {
    const started = await startUsing('lost');
    killDescendants(hosts.sshd.pid);
    const ended = await started.ended;
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    for (const { commands } of bench.run().hosts) {
      const last = commands.at(-1);
      assert.equal(last?.command, `umount ${point}`);
      assert.match(String(last?.exit), /10\.9\.0\.1:\/export may still be mounted at .*: the connection is gone/);
    }
    await undo();
  });

  it('take a path for what it is', async () => {
    const ended = await run(using('true', `nfs3://10.9.0.1/$(touch ${bench.folder}/pwned)`));
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.equal(existsSync(join(bench.folder, 'pwned')), false);
    assertNothingIsLeft();
  });

  it('show a password to mount.cifs alone, in a private file that is gone at once', async () => {
    const seen = join(bench.folder, 'seen');
    mkdirSync(seen);
    hosts.beforeMount(
      `f=\${4#*credentials=}; stat -c '%a %F' "$f" "\${f%/*}" >>'${seen}'/$$; cat "$f" >>'${seen}'/$$; cat "$f" >&2; sleep 2`,
    );
    const calls = hosts.calls().length;
    const credentials = ['--mount-credentials', join(bench.folder, 'credentials')];
    const started = startFunbric(using(`ls -A /run/funbric/*`, 'smb3://10.9.0.1/share', ...credentials), {
      cwd: bench.folder,
    });
    await until('both mounts to begin', () => hosts.calls().length === calls + 2);
    const exposed = processesThatTell(password);
    const ended = await started.ended;
    assert.deepEqual(exposed, []);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const file = `600 regular file\n700 directory\nusername=ann\npassword=${password}\ndomain=LAB\n`;
    const told = readdirSync(seen).map((name) => readFileSync(join(seen, name), 'utf8'));
    assert.deepEqual(told, [file, file]);
    assert.equal((ended.stdout + ended.stderr).includes(password), false);
    assert.equal(/\bcredentials$/m.test(ended.stdout), false, 'the file was gone when the task ran');

    hosts.beforeMount(`cat "\${4#*credentials=}" >&2; exit 13`);
    const failed = await run(using('true', 'smb3://10.9.0.1/share', ...credentials));
    hosts.beforeMount('');
    assert.equal(failed.status, 1);
    assert.match(reasons()[0] ?? '', /mount -t cifs .* ended with exit code 13: .*password=\*\*\*/);
    assert.equal((failed.stdout + failed.stderr).includes(password), false);
    for (const path of readdirSync(bench.reports, { recursive: true, withFileTypes: true })) {
      if (!path.isFile()) continue;
      assert.equal(readFileSync(join(path.parentPath, path.name)).includes(password), false, path.name);
    }
    assertNothingIsLeft();
  });
});
