import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseArguments, type Invocation } from '../../src/cli/arguments/arguments.ts';
import type { Task } from '../../src/controller/tasks/task.ts';
import { FunbricError } from '../../src/model/errors.ts';

const nothing = async (): Promise<void> => undefined;

const tasks: Readonly<Record<string, Task>> = {
  runtest: {
    summary: 'Stress',
    options: {
      dir: { type: 'string', describe: 'Where', required: true },
      fileSize: { type: 'size', describe: 'How large', default: '1M' },
      local: { type: 'boolean', describe: 'Not shared', default: false },
      tags: { type: 'list', describe: 'Words', alias: 'g' },
    },
    run: nothing,
  },
  mount: { summary: 'Mounts', run: nothing },
  merge: { summary: 'Merges', arguments: '[RUN] [OTHER]', local: async () => undefined },
  tidy: { summary: 'Tidies', local: async () => undefined },
};

describe('a command line', () => {
  it('becomes another user where --sudo or --sudo-user says so', async () => {
    const fleetOf = async (line: string): Promise<unknown> => {
      const { kind, ...invocation } = await parse(`-H a ${line} -- id`.split(/ +/));
      return kind === 'command' && 'fleet' in invocation ? invocation.fleet.sudo : kind;
    };
    assert.deepEqual(await Promise.all(['', '--sudo', '--sudo-user ann'].map(fleetOf)), [
      undefined,
      { user: undefined },
      { user: 'ann' },
    ]);
  });

  it('is options of funbric, then tasks with options of their own', async () => {
    const run = await parseRun('-H a,b -H c -P 4 mount runtest --dir /mnt --file-size 4K --local');
    assert.deepEqual(run.fleet.hosts, ['a,b', 'c']);
    assert.equal(run.fleet.parallel, 4);
    assert.deepEqual(
      run.tasks.map(({ name, options }) => [name, options]),
      [
        ['mount', {}],
        ['runtest', { dir: '/mnt', fileSize: 4096, local: true }],
      ],
    );
  });

  it('has letters for options of a task, behind that task only', async () => {
    for (const given of ['-g a,b', '-ga,b', '-g=a,b', '--tags a,b']) {
      const { tasks } = await parseRun(`-H x runtest --dir /mnt ${given}`);
      assert.deepEqual(tasks[0]?.options['tags'], ['a', 'b']);
    }
    await assert.rejects(parseRun('-H x -g a runtest --dir /mnt'), /unknown option -g/);
    await assert.rejects(parseRun('-H x runtest --dir /mnt mount -g a'), /unknown option -g/);
  });

  it('says how to roll out, whom to pick, and what limits there are', async () => {
    const line =
      '--batch 1,10% --max-fail 5% -w --limit a --limit b --pick 3 --rerun failed --idle-timeout 5s --run-timeout 1h mount';
    const { fleet } = await parseRun(line);
    assert.deepEqual(
      [fleet.batches, fleet.maxFail, fleet.isWarnOnly],
      [
        [
          { kind: 'hosts', count: 1 },
          { kind: 'share', share: 0.1 },
        ],
        { kind: 'share', share: 0.05 },
        true,
      ],
    );
    assert.deepEqual([fleet.limit, fleet.pick, fleet.rerun], [['a', 'b'], 3, 'failed']);
    assert.deepEqual([fleet.idleMs, fleet.runMs], [5000, 3_600_000]);
    const command = await parse(['-b', '--diff', '--out', 'o', '--max-output', '1K', '--', 'ls']);
    assert.ok(command.kind === 'command');
    const { isGathered, isDiffed, outFolder, maxOutputBytes } = command.fleet;
    assert.deepEqual([isGathered, isDiffed, outFolder, maxOutputBytes], [true, true, 'o', 1024]);
  });

  it('never takes the value of an option for a task', async () => {
    const run = await parseRun('-u merge --before-verify mount runtest --dir tidy');
    assert.deepEqual([run.fleet.user, run.fleet.beforeVerify], ['merge', 'mount']);
    assert.deepEqual(
      run.tasks.map(({ name, options }) => [name, options['dir']]),
      [['runtest', 'tidy']],
    );
  });

  it('takes options of funbric after a task as well', async () => {
    const { fleet } = await parseRun('runtest --dir /mnt -H a --seed 7 --accept-new -t 5s');
    assert.deepEqual([fleet.hosts, fleet.seed, fleet.isNewKeyAccepted, fleet.connectMs], [['a'], 7, true, 5000]);
  });

  it('takes --runtime as a word, or as one or more files', async () => {
    const runtimeOf = async (text: string): Promise<unknown> => (await parseRun(`${text} mount`.trim())).fleet.runtime;
    assert.deepEqual(await runtimeOf(''), { kind: 'auto' });
    assert.deepEqual(await runtimeOf('--runtime host'), { kind: 'host' });
    assert.deepEqual(await runtimeOf('--runtime ./host'), { kind: 'files', paths: ['./host'] });
    assert.deepEqual(await runtimeOf('--runtime a --runtime b'), { kind: 'files', paths: ['a', 'b'] });
  });

  it('reads -P4, -P=4, --parallel=4 and --parallel 4 alike', async () => {
    for (const text of ['-P4', '-P=4', '--parallel=4', '--parallel 4']) {
      assert.equal((await parseRun(`${text} mount`)).fleet.parallel, 4, text);
    }
  });

  it('hands values on as they are: quotes, signs, newlines, numbers with zeros', async () => {
    for (const value of ['"a" && "b"', '"a"', '-x', '--no-local', 'a=b', 'a\nb', '007', '', ' x ', '$(touch x)']) {
      const run = await parse(['runtest', '--dir', value]);
      assert.ok(run.kind === 'run');
      assert.equal(run.tasks[0]?.options['dir'], value);
    }
  });

  it('switches a boolean off with --no- and takes the last of two values', async () => {
    const run = await parseRun('runtest --local --no-local --dir a --dir b --tags x,y --tags z --no-color');
    assert.deepEqual(run.tasks[0]?.options, { dir: 'b', fileSize: 1_048_576, local: false, tags: ['x', 'y', 'z'] });
    assert.equal(run.fleet.isColored, false);
  });

  it('runs one command where -- comes before any task, and hands on all its words', async () => {
    const command = await parse(['-H', 'a', '--', 'runtest', '--dir', '--', 'x y']);
    assert.ok(command.kind === 'command');
    assert.deepEqual(command.words, ['runtest', '--dir', '--', 'x y']);
  });

  it('gives words to a last task that takes some', async () => {
    const run = await parseRun('mount merge one two');
    assert.deepEqual(
      run.locals.map(({ name, positionals }) => [name, positionals]),
      [['merge', ['one', 'two']]],
    );
    const dashed = await parseRun('merge -- mount -x');
    assert.deepEqual(dashed.locals[0]?.positionals, ['mount', '-x']);
  });

  it('leaves the words behind demo for when its hosts are known', async () => {
    const demo = await parse(['--seed', '3', 'demo', '--duration', '3s']);
    assert.ok(demo.kind === 'demo');
    assert.deepEqual([demo.before, demo.after], [['--seed=3'], ['--duration', '3s']]);
  });

  it('asks for help of a task, or of all', async () => {
    const [general, ofTask] = [await parse(['--help']), await parse(['runtest', '--help'])];
    assert.ok(general.kind === 'help' && ofTask.kind === 'help');
    assert.deepEqual([general.task, ofTask.task?.name], [undefined, 'runtest']);
  });

  const mistakes: readonly (readonly [line: string, said: RegExp, hint: RegExp])[] = [
    ['', /nothing to do/, /funbric demo/],
    ['-H a runtset', /"runtset" is no task/, /did you mean runtest/],
    ['runtest --dir x lcoal', /"lcoal" is no task, and runtest takes no words/, /--list/],
    ['--hosst a mount', /unknown option --hosst/, /did you mean --hosts/],
    ['runtest --fil-size 4K', /runtest: unknown option --fil-size/, /did you mean --file-size/],
    ['mount --dir x', /mount: unknown option --dir/, /mount --help/],
    ['-Z mount', /unknown option -Z/, /--help/],
    ['-hx', /-h takes no value/, /remove/],
    ['runtest', /runtest: --dir is missing/, /--dir TEXT/],
    ['runtest --dir', /--dir needs a value/, /runtest --help/],
    ['runtest --no-dir', /unknown option --no-dir/, /./],
    ['runtest --dir x --local=maybe', /--local can't be "maybe"/, /true or false/],
    ['-P 0 mount', /--parallel can't be 0/, /from 1 to/],
    ['-P x mount', /--parallel can't be "x"/, /number/],
    ['-p 65536 mount', /--port can't be 65536/, /65535/],
    ['--seed 1.5 mount', /--seed can't be 1.5/, /whole number/],
    ['-t 1000h mount', /--connect-timeout can't be 3600000000 ms/, /from 1 to/],
    ['-u -oProxyCommand=x mount', /--user can't be "-oProxyCommand=x"/, /must not start with '-'/],
    ['--reports= mount', /--reports is empty/, /./],
    ['--work-dir w mount', /--work-dir can't be "w"/, /absolute path/],
    ['--max-errors 5 mount', /^--max-errors can't be "5"/, /from 0% to 100%/],
    ['--runtime= mount', /--runtime can't be ""/, /auto, host, or the path/],
    ['--runtime host --runtime x mount', /--runtime can't be "host" and "x"/, /several only of these/],
    ['--progress fancy mount', /--progress can't be "fancy"/, /auto, tty, plain, json, quiet/],
    ['--json --progress plain mount', /--json and --progress plain contradict/, /leave one/],
    ['--batch 1,0 mount', /--batch can't be "0"/, /1,10%,100%/],
    ['--batch 1,,2 mount', /--batch can't be ""/, /1,10%,100%/],
    ['--max-fail 120% mount', /--max-fail can't be "120%"/, /3 or 10%/],
    ['--pick 1.5 mount', /--pick can't be "1.5"/, /how many/],
    ['--pick 0 mount', /--pick can't be "0"/, /at least 1/],
    ['--rerun mising mount', /--rerun can't be "mising"/, /did you mean missing/],
    ['--idle-timeout 700h mount', /--idle-timeout can't be "700h"/, /at most 596h/],
    ['-b mount', /-b is for commands behind --/, /leave it out/],
    ['--diff --json -- ls', /--json and --diff contradict/, /leave one out/],
    ['--out= -- ls', /--out can't be ""/, /name a folder/],
    ['merge one two three', /merge takes \[RUN\] \[OTHER\], and no "three"/, /one line for each/],
    ['merge one mount', /merge takes words, so it must be the last/, /put merge last/],
    ['tidy mount', /mount runs on hosts, so it can't come after tidy/, /before/],
    ['mount -- ls', /mount takes no words after --/, /a line each/],
    ['-H a --', /no command after --/, /uname/],
    ['-H a demo', /demo brings its own hosts/, /leave out -H/],
  ];
  for (const [line, said, hint] of mistakes) {
    it(`is refused with a way out: ${line === '' ? 'no words' : line}`, async () => {
      await assert.rejects(parse(line === '' ? [] : line.split(' ')), (thrown) => {
        assert.ok(thrown instanceof FunbricError && thrown.code === 'usage', String(thrown));
        assert.match(thrown.message, said);
        assert.match(thrown.hint ?? '', hint);
        return true;
      });
    });
  }
});

async function parse(argv: readonly string[]): Promise<Invocation> {
  return await parseArguments(argv, {
    names: Object.keys(tasks),
    load: async (name) => tasks[name] ?? assert.fail(`no task ${name}`),
  });
}

async function parseRun(line: string): Promise<Extract<Invocation, { kind: 'run' }>> {
  const invocation = await parse(line.split(' '));
  assert.ok(invocation.kind === 'run', invocation.kind);
  return invocation;
}
