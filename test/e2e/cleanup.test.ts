/** `funbric cleanup` on real hosts, whose /var/tmp, /tmp and /run are the test's: what goes, and above all what stays. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { funbric, openBench, startFunbric, type Bench, type Ended } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { killDescendants } from '../support/processes.ts';
import { sshdReason } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const skip = sshdReason() || (process.getuid?.() === 0 ? false : 'mount namespaces take root');
const oldAgent = 'a'.repeat(64);

describe('the cleanup', { skip }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  const at = (...parts: readonly string[]): string => join(bench.folder, ...parts);
  beforeEach(async () => {
    bench = openBench();
    for (const folder of ['var-tmp', 'tmp', `tmp/${basename(bench.folder)}`, 'run']) mkdirSync(at(folder));
    hosts = await startHosts(bench.folder, { addresses, forceCommand: () => `/bin/sh ${at('alone.sh')}` });
    isolate('--mount --pid --fork --mount-proc');
  });
  afterEach(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });
  const addresses = ['127.0.0.2', '127.0.0.3'];

  /** Each command sees folders of the test in place of the machine's, and with a PID namespace no process of others. */
  const isolate = (namespaces: string, lines: readonly string[] = []): void => {
    const mounts = [
      `mount --bind '${bench.folder}' '${at('tmp', basename(bench.folder))}'`,
      `mount --bind '${at('var-tmp')}' /var/tmp`,
      `mount --bind '${at('run')}' /run`,
      `mount --rbind '${at('tmp')}' /tmp`,
    ];
    // The first process of a namespace has a number that no process of a host has.
    const last = '(eval "$SSH_ORIGINAL_COMMAND"); exit $?';
    writeFileSync(at('inside.sh'), ['set -e', ...mounts, ...lines, 'set +e', last, ''].join('\n'));
    writeFileSync(at('alone.sh'), `exec unshare ${namespaces} /bin/sh '${at('inside.sh')}'\n`);
  };
  const cleanup = async (...words: readonly string[]): Promise<Ended> =>
    await funbric([...hosts.flags, 'cleanup', ...words], { cwd: bench.folder });
  const home = (): string => hosts.homes[0] ?? '';

  /** A folder with these files; two hours old. */
  const folder = (path: string, files: Readonly<Record<string, string>>, mode = 0o700): string => {
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(path, name), text);
      age(join(path, name));
    }
    age(path);
    return path;
  };
  const age = (path: string): void => {
    const then = new Date(Date.now() - 7_200_000);
    utimesSync(path, then, then);
  };
  const agent = { 'agent.cjs': 'process.stderr.write("funbric agent: ...")' };
  const marker = '.funbric-run';

  const leaveAll = (): readonly string[] => [
    folder(join(home(), '.cache/funbric', oldAgent), agent),
    folder(at('var-tmp/funbric-abc123'), { 'journal.fbj': 'FBJ1 and so on', 'result.json': '{}' }),
    folder(at('var-tmp/funbric-abc124'), {}),
    folder(at('tmp/funbric-abcd1234'), { ...agent, '.agent.12': 'half' }),
    folder(at('shared/funbric-20250101-000000-aaaaaa'), {
      [marker]: '20250101-000000-aaaaaa\n',
      '.funbric-token-0': 'x',
    }),
    folder(at('shared/funbric-20250101-000000-bbbbbb.new-1'), { [marker]: '20250101-000000-bbbbbb\n' }),
    folder(at('run/funbric/20250101-000000-cccccc.0000'), { mount: '99 0:99 server:/export\n', made: '' }),
  ];

  it('lists what runs that died left, and removes it with --yes, each on the hosts that have it', async () => {
    const left = leaveAll();
    const listed = await cleanup('--dir', bench.dir);
    assert.equal(listed.status, 0, listed.stdout + listed.stderr);
    assert.match(listed.stdout, /^would remove 127\.0\.0\.2: cached agent \S+a{64}, [\d.]+ KiB, 2 h 0\d min old$/m);
    assert.match(listed.stdout, /^would remove 127\.0\.0\.\[2-3\]: run's folder \S+-aaaaaa, /m);
    assert.match(listed.stdout, /\nnothing was removed: --yes removes these 13, and keeps 0\n/);
    assert.deepEqual(
      left.filter((path) => !existsSync(path)),
      [],
    );
    const removed = await cleanup('--dir', bench.dir, '--yes');
    assert.equal(removed.status, 0, removed.stdout + removed.stderr);
    assert.match(removed.stdout, /\n13 removed, 0 kept, 0 left\n/);
    assert.deepEqual(
      left.filter((path) => existsSync(path)),
      [],
    );
    const again = await cleanup('--dir', bench.dir, '--yes');
    assert.match(again.stdout, /^0 removed, 0 kept, 0 left\n/);
  });

  it('says which --dir is not there, and on which hosts', async () => {
    const ended = await cleanup('--dir', at('gone'), '--dir', bench.dir);
    assert.match(ended.stdout, /^remark +127\.0\.0\.\[2-3\]: --dir \S+\/gone: there is no such directory$/m);
    assert.doesNotMatch(ended.stdout, new RegExp(`--dir ${bench.dir}`));
  });

  it('knows copies that were cut off, by name, owner and mode, and leaves what only looks like one', async () => {
    const file = (path: string, mode = 0o600): string => {
      writeFileSync(path, 'half', { mode });
      age(path);
      return path;
    };
    const key = 'ab'.repeat(16);
    const left = [file(join(home(), `.funbric-${key}.part`)), file(join(bench.dir, `.funbric-${key}.part`))];
    left.push(folder(join(bench.dir, `.funbric-${key.slice(0, 16)}.part`), { some: 'half' }));
    const strangers = [
      file(join(home(), `.funbric-${key}0.part`)),
      file(join(home(), `.funbric-${key.slice(1)}g.part`)),
      file(join(home(), `.funbric-${'cd'.repeat(16)}.part`), 0o644),
      folder(join(home(), `.funbric-${'cd'.repeat(8)}.part`), { mine: 'mine' }, 0o755),
    ];
    const young = join(home(), `.funbric-${'ef'.repeat(16)}.part`);
    writeFileSync(young, 'half', { mode: 0o600 });
    symlinkSync(left[0] ?? '', join(home(), `.funbric-${'01'.repeat(16)}.part`));
    const listed = await cleanup('--dir', bench.dir);
    assert.match(listed.stdout, /^would remove 127\.0\.0\.\[2-3\]: unfinished copy \S+\.part, /m);
    assert.match(listed.stdout, /--yes removes these 5, and keeps 1/);
    const removed = await cleanup('--dir', bench.dir, '--yes');
    assert.match(removed.stdout, /\n5 removed, 1 kept, 0 left\n/);
    assert.deepEqual(
      left.filter((path) => existsSync(path)),
      [],
    );
    for (const path of [...strangers, young]) assert(existsSync(path), path);
  });

  it('touches nothing that is not ours, whatever its name', async () => {
    const precious = folder(at('precious'), { file: 'mine' });
    const run = '20250101-000000-aaaaaa';
    const strangers = [
      folder(join(home(), '.cache/funbric', 'b'.repeat(64)), { ...agent, notes: 'mine' }),
      folder(join(home(), '.cache/funbric', 'c'.repeat(64)), { 'agent.cjs': 'another program' }),
      folder(join(home(), '.cache/funbric', 'tasks'), agent),
      folder(at('var-tmp/funbric-diary1'), { 'journal.fbj': 'dear diary' }),
      folder(at('var-tmp/funbric-open01'), { 'journal.fbj': 'FBJ1' }, 0o755),
      folder(at('var-tmp/funbric-notes1'), { 'journal.fbj': 'FBJ1', notes: 'mine' }),
      folder(at('var-tmp/funbric-longer-name'), { 'journal.fbj': 'FBJ1' }),
      folder(at('shared/funbric-nomark'), { file: 'mine' }),
      folder(at('shared/funbric-other'), { [marker]: `${run}\n` }),
      folder(at(`shared/funbric-${run}`), { [marker]: `${run}\n`, mine: 'mine' }),
      folder(at('run/funbric/something'), { notes: 'mine' }),
    ];
    const links = [
      at('var-tmp/funbric-link01'),
      at('shared/funbric-link'),
      join(home(), '.cache/funbric', 'd'.repeat(64)),
    ];
    for (const link of links) symlinkSync(precious, link);
    folder(at('var-tmp/funbric-trap01'), {});
    symlinkSync(join(precious, 'file'), at('var-tmp/funbric-trap01/journal.fbj'));
    const ended = await cleanup('--dir', bench.dir, '--yes', '--all', '--older-than', '0s');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /^0 removed, 0 kept, 0 left\n/);
    for (const path of [...strangers, ...links]) assert.ok(existsSync(path), path);
    for (const path of strangers) assert.ok(readdirSync(path).length > 0, path);
    assert.equal(readFileSync(join(precious, 'file'), 'utf8'), 'mine');
  });

  it('leaves alone what changed within --older-than, and what the next run uses but with --all', async () => {
    folder(at('var-tmp/funbric-abc123'), { 'journal.fbj': '' });
    writeFileSync(at('var-tmp/funbric-abc123/result.json'), '{}');
    const young = await cleanup('--yes');
    assert.match(
      young.stdout,
      /^kept +127\.0\.0\.\[2-3\]: work folder \/var\/tmp\/funbric-abc123, .*: it changed lately/m,
    );
    const ran = await funbric([
      ...hosts.flags,
      '--reports',
      bench.reports,
      'runtest',
      '--dir',
      bench.dir,
      '--ops',
      '20',
      '--workers',
      '1',
    ]);
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
    const kept = await cleanup('--yes', '--older-than', '0s');
    assert.match(kept.stdout, /^kept +127\.0\.0\.2: cached agent .*: the next run uses it \(--all\)$/m);
    assert.match(kept.stdout, /^removed +127\.0\.0\.\[2-3\]: work folder/m);
    const all = await cleanup('--yes', '--older-than', '0s', '--all');
    assert.match(all.stdout, /\n2 removed, 0 kept, 0 left\n/);
  });

  it('leaves a run that goes on alone, on hosts that share its directory, and the run passes', async () => {
    isolate('--mount');
    const done = at('done');
    const wait = ['--before-verify', `while [ ! -e '${done}' ]; do sleep 0.1; done`];
    const words = [
      '--reports',
      bench.reports,
      'runtest',
      '--dir',
      bench.dir,
      '--duration',
      '100s',
      '--ops',
      '300',
      '--workers',
      '1',
      '--rate',
      '300',
    ];
    const run = startFunbric([...hosts.flags, ...wait, ...words]);
    await until('both agents write their journals', () => journals().filter(([, bytes]) => bytes > 0).length === 2);
    const ended = await cleanup('--dir', bench.dir, '--yes', '--all', '--older-than', '0s');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /^kept +127\.0\.0\.\[2-3\]: work folder .*: a process uses it$/m);
    assert.match(ended.stdout, /^kept +127\.0\.0\.\[2-3\]: run's folder .*: its run goes on$/m);
    assert.match(ended.stdout, /^kept +127\.0\.0\.2: cached agent .*: a process uses it$/m);
    writeFileSync(done, '');
    const { status, stdout, stderr } = await run.ended;
    assert.equal(status, 0, stdout + stderr);
  });

  it('leaves alone what a run makes while it looks, after it asked what is open', async () => {
    const [work, run] = [at('var-tmp/funbric-new123'), at('shared/funbric-20250101-000000-dddddd')];
    const makes = `mkdir -m 700 '${work}' '${run}'; : >'${work}/journal.fbj'; echo 20250101-000000-dddddd >'${run}/${marker}'`;
    mkdirSync(at('bin'));
    // Nothing else of the look sorts.
    writeFileSync(at('bin/sort'), `#!/bin/sh\n[ -e '${work}' ] || { ${makes}; }\nexec /usr/bin/sort "$@"\n`, {
      mode: 0o755,
    });
    isolate('--mount --pid --fork --mount-proc', [`PATH='${at('bin')}':$PATH; export PATH`]);
    const words = [...hosts.flags, '-x', '127.0.0.3', 'cleanup', '--dir', bench.dir, '--yes', '--older-than', '0s'];
    const ended = await funbric(words, { cwd: bench.folder });
    assert.match(ended.stdout, /^0 removed, 0 kept, 0 left\n/, ended.stdout + ended.stderr);
    assert.ok(existsSync(join(work, 'journal.fbj')) && existsSync(join(run, marker)));
  });

  it('removes what a run left whose controller and agents were killed', async () => {
    const words = [
      '--reports',
      bench.reports,
      'runtest',
      '--dir',
      bench.dir,
      '--duration',
      '60s',
      '--workers',
      '1',
      '--rate',
      '300',
    ];
    const run = startFunbric([...hosts.flags, ...words]);
    await until('both agents write their journals', () => journals().filter(([, bytes]) => bytes > 0).length === 2);
    // An agent that sees its controller go ends by itself, and leaves nothing.
    run.child.kill('SIGSTOP');
    killDescendants(hosts.sshd.pid);
    run.child.kill('SIGKILL');
    await run.ended;
    assert.deepEqual([journals().length, readdirSync(bench.dir).length], [2, 1]);
    const ended = await cleanup('--dir', bench.dir, '--yes', '--older-than', '0s');
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.deepEqual([journals(), readdirSync(bench.dir)], [[], []]);
  });

  it('unmounts what a run mounted, by its note, and says what keeps a mount', async () => {
    const point = at('mounted');
    mkdirSync(point);
    const note = at('run/funbric/20250101-000000-cccccc.0000');
    folder(note, { mount: '' });
    // Each command is in a mount namespace of its own: so what was mounted before it is mounted, and noted, at its start.
    const mount = [
      `mount -t tmpfs funbric-test '${point}'`,
      `grep ' ${point} ' /proc/self/mountinfo | tail -n 1 | { read -r id parent dev rest; echo "$id $dev funbric-test" >'${note}/mount'; }`,
      `touch -d '2 hours ago' '${note}/mount' '${note}'`,
    ];
    isolate('--mount --pid --fork --mount-proc', [`[ ! -d '${note}' ] || {`, ...mount, '}']);
    const listed = await funbric([...hosts.flags, '-x', '127.0.0.3', 'cleanup']);
    assert.match(listed.stdout, new RegExp(`would remove 127\\.0\\.0\\.2: mount at ${point}, noted in /run/funbric/`));
    const removed = await funbric([...hosts.flags, '-x', '127.0.0.3', 'cleanup', '--yes']);
    assert.equal(removed.status, 0, removed.stdout + removed.stderr);
    assert.match(removed.stdout, /^removed +127\.0\.0\.2: mount at/m);
    assert.equal(existsSync(note), false);
  });

  it('says with --json what it found, and ends with 2 where a host can not be reached', async () => {
    leaveAll();
    const ended = await funbric([...hosts.flags, '-H', '127.0.0.99', '--json', 'cleanup']);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ kind, host, status }) => [kind, host, status]),
      [
        ['host', '127.0.0.2', 'answered'],
        ['host', '127.0.0.3', 'answered'],
        ['host', '127.0.0.99', 'unreachable'],
        ['run-ended', undefined, undefined],
      ],
    );
  });

  /** The agents' journals, and how long they are. */
  function journals(): readonly (readonly [path: string, bytes: number])[] {
    return readdirSync(at('var-tmp')).flatMap((name) => {
      const path = at('var-tmp', name, 'journal.fbj');
      return existsSync(path) ? [[path, readFileSync(path).length] as const] : [];
    });
  }
});
