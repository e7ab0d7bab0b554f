import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, describe, it } from 'node:test';
import type { CommandRequest, DemoFleet, Engine, RunRequest } from '../../src/cli/engine/engine.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { HostExit } from '../../src/controller/command/command.ts';
import type { RunEventBody } from '../../src/controller/events/events.ts';
import { task, type RunOutcome } from '../../src/controller/tasks/task.ts';
import { FunbricError } from '../../src/model/errors.ts';
import type { Host } from '../../src/model/host.ts';
import { planSchema } from '../../src/model/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'funbric-program-'));
after(() => rmSync(folder, { recursive: true }));

const own = join(folder, 'own');
mkdirSync(own);
writeFileSync(
  join(own, 'runtest.ts'),
  `import { task } from 'funbric';
   export default task({ summary: 'Stress', options: { dir: { type: 'string', describe: 'Where', required: true } },
     async run() {} });`,
);
writeFileSync(
  join(own, 'merge.ts'),
  `import { task } from 'funbric';
   export default task({ summary: 'Merge', arguments: '[RUN]', async local({ arguments: [run], log }) {
     log('merging ' + run);
     if (run === 'forever') await new Promise(() => {});
     return { verdict: run === 'bad' ? 'fail' : 'pass', reasons: [], reportPath: 'r' };
   } });`,
);
mkdirSync(join(folder, 'tasks'));
writeFileSync(join(folder, 'tasks', 'broken.ts'), 'export default {');

describe('the program', () => {
  const verdicts = [
    ['pass', 0],
    ['fail', 1],
    ['incomplete', 2],
  ] as const;
  for (const [verdict, status] of verdicts) {
    it(`ends a run whose verdict is ${verdict} with ${status}`, async () => {
      const outcome = { verdict, reasons: [], reportPath: 'r.html' };
      const ended = await funbric(['-H', 'a,b', 'runtest', '--dir', '/x'], { outcome });
      assert.equal(ended.status, status);
      assert.match(ended.out, /completed {3}2 a,b\n/);
      assert.match(ended.out, new RegExp(`verdict=${verdict} code=${status} report=r.html\n$`));
      assert.equal(ended.err, '');
    });
  }

  it('plans what the command line says', async () => {
    const line = '-H a runtest --dir /x --seed 5 -t 2s -T 1m --keep --work-dir /w --before-verify true --reports out';
    const { request } = await funbric(line.split(' '));
    assert.ok(request !== undefined);
    const { plan, reportsFolder, parallel } = request;
    assert.deepEqual(plan.tasks, [{ name: 'runtest', options: { dir: '/x' } }]);
    assert.deepEqual([plan.seed, plan.isKept, plan.workDir, plan.beforeVerify], [5, true, '/w', 'true']);
    assert.deepEqual([plan.limits.connectMs, plan.limits.commandMs], [2000, 60_000]);
    assert.deepEqual([reportsFolder, parallel], [join(folder, 'out'), 32]);
  });

  it('ends with 130 after Ctrl-C, and says that teardown runs', async () => {
    const ended = await funbric(['-H', 'a', 'runtest', '--dir', '/x'], { isInterrupted: true });
    assert.equal(ended.status, 130);
    assert.match(ended.out, /interrupted: tearing down/);
    assert.match(ended.out, /code=130/);
  });

  it('ends what runs here without hosts at the first Ctrl-C: there is nothing to tear down', async () => {
    const ended = await funbric(['merge', 'forever'], { interruptAt: 'merging forever' });
    assert.deepEqual([ended.status, ended.err], [130, 'funbric: interrupted during the run\n']);
  });

  it('keeps stdout for events with --json: people read stderr', async () => {
    const ended = await funbric(['-H', 'a', '--json', 'runtest', '--dir', '/x']);
    assert.deepEqual(ended.out.trim().split('\n').map(kindOf), ['run-started', 'host-ended']);
    assert.match(ended.err, /verdict=pass/);
  });

  it('shows only the last line with --progress quiet where all went well', async () => {
    const ended = await funbric(['-H', 'a', '--progress', 'quiet', 'runtest', '--dir', '/x']);
    assert.match(ended.out, /^verdict=pass.*\n$/);
  });

  it('shows as JSON where a command would run, with --dry-run and --json', async () => {
    const ended = await funbric(['-H', 'web[1-3]', '--batch', '1,100%', '--dry-run', '--json', '--', 'reboot', 'a b']);
    const plan = { command: "reboot 'a b'", hosts: ['web1', 'web2', 'web3'], batches: [1, 2] };
    assert.deepEqual([ended.status, JSON.parse(ended.out)], [0, plan]);
  });

  it('shows the plan with --dry-run and asks nothing of the engine', async () => {
    const text = await funbric(['-H', 'web[1-2]', '--dry-run', 'runtest', '--dir', '/x']);
    assert.match(text.out, /nothing was done.*web\[1-2\][^]*--dir \/x/);
    const json = await funbric(['-H', 'web[1-2]', '--dry-run', '--json', 'runtest', '--dir', '/x']);
    assert.equal(planSchema.parse(JSON.parse(json.out)).hosts.length, 2);
    assert.deepEqual([text.status, json.status, text.request, json.request], [0, 0, undefined, undefined]);
  });

  it('lists tasks with options, a broken one as a row with its error', async () => {
    const ended = await funbric(['--list']);
    assert.equal(ended.status, 0);
    assert.match(ended.out, /^broken {3}can't be used: .*broken\.ts.*$/m);
    assert.match(ended.out, /\nmerge {4}Merge\nruntest {2}Stress\n +--dir TEXT {2}Where \(required\)\n$/);
  });

  it('runs what is not broken although something else is, and names what is', async () => {
    assert.equal((await funbric(['merge', 'x'])).status, 0);
    const broken = await funbric(['broken']);
    assert.equal(broken.status, 65);
    assert.match(broken.err, /^funbric: .*broken\.ts: can't be loaded/);
  });

  it('lists hosts as a table and as JSON', async () => {
    const table = await funbric(['-H', 'root@[::1]:22,$(touch x)', '--list-hosts']);
    assert.match(table.out, /\[::1\]:22 +::1 +22 +root +ssh/);
    assert.match(table.out, /\$\(touch x\)/);
    const json: unknown = JSON.parse((await funbric(['-H', 'a', '--list-hosts', '--json'])).out);
    assert.deepEqual(json, [{ name: 'a', roles: [], groups: [], variables: {} }]);
  });

  it('runs tasks without hosts after the run, and the worse status wins', async () => {
    const ended = await funbric(['-H', 'a', 'runtest', '--dir', '/x', 'merge', 'bad']);
    assert.equal(ended.status, 1);
    assert.match(ended.out, /verdict=pass[^]*merging bad\nverdict=fail/);
  });

  it('gives the demo the words of the user last', async () => {
    const ended = await funbric(['demo', '--dir', '/mine', '--seed', '9']);
    assert.deepEqual(ended.request?.plan.tasks[0]?.options, { dir: '/mine' });
    assert.deepEqual(
      [ended.request?.plan.seed, ended.request?.plan.hosts[0]?.name, ended.demosClosed],
      [9, 'demo1', 1],
    );
  });

  it('closes the demo fleet after a mistake in its words as well', async () => {
    const ended = await funbric(['demo', '--nonsense']);
    assert.deepEqual([ended.status, ended.demosClosed], [64, 1]);
  });

  it('answers a mistake with 64 and a hint, a bug with 70 and a stack', async () => {
    const mistake = await funbric(['runtest', '--dir', '/x']);
    assert.deepEqual([mistake.status, mistake.out], [64, '']);
    assert.match(mistake.err, /^funbric: no hosts\nhint: .*-H.*hosts\.json.*funbric demo/);
    const bug = await funbric(['-H', 'a', 'runtest', '--dir', '/x'], { bug: new TypeError('oops') });
    assert.equal(bug.status, 70);
    assert.match(bug.err, /a bug of ours: oops\n[^]*program\.test/);
  });
});

describe('one command on all hosts', () => {
  const cases: readonly (readonly [exits: readonly HostExit[], status: number, err: string])[] = [
    [[zero('a'), zero('b')], 0, ''],
    [[zero('a'), { host: 'b', status: 'failed', code: 3, reason: 'exit 3' }], 1, 'b: exit 3\n'],
    [[zero('a'), { host: 'b', status: 'unreachable', reason: 'refused' }], 2, 'b: refused\n'],
    [
      [
        { host: 'a', status: 'failed', code: 3, reason: 'exit 3' },
        { host: 'b', status: 'unreachable', reason: 'refused' },
      ],
      1,
      'a: exit 3\nb: refused\n',
    ],
  ];
  for (const [exits, status, err] of cases) {
    it(`ends with ${status} after ${JSON.stringify(exits)}`, async () => {
      const ended = await funbric(['-H', 'a,b', '--', 'uname', '-a'], { exits });
      assert.deepEqual([ended.status, ended.out, ended.err], [status, 'a | to out\n', `a | to err\n${err}`]);
      assert.deepEqual(ended.command?.words, ['uname', '-a']);
    });
  }
});

function zero(host: string): HostExit {
  return { host, status: 'completed', code: 0 };
}

interface Double {
  readonly outcome?: RunOutcome;
  readonly exits?: readonly HostExit[];
  readonly isInterrupted?: boolean;
  /** Ctrl-C comes once this is on stdout. */
  readonly interruptAt?: string;
  readonly bug?: Error;
}

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly request: RunRequest | undefined;
  readonly command: CommandRequest | undefined;
  readonly demosClosed: number;
}

/** The whole program over an engine that reaches nothing. */
async function funbric(argv: readonly string[], double: Double = {}): Promise<Ended> {
  const said = { out: '', err: '' };
  const asked: { request?: RunRequest; command?: CommandRequest; demosClosed: number } = { demosClosed: 0 };
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new FunbricError('interrupted', 'interrupted during the run'));
  const status = await runProgram(argv, {
    engine: {
      ...engineOf(double, interrupt, asked),
      connector: () => assert.fail('nothing is reached here'),
      startDemo: async (): Promise<DemoFleet> => ({
        hosts: [{ name: 'demo1', roles: [], groups: [], variables: {} } satisfies Host],
        words: ['runtest', '--dir', '/demo'],
        [Symbol.asyncDispose]: async () => void asked.demosClosed++,
      }),
    },
    library: async () => ({ task, FunbricError }),
    out(text) {
      said.out += text;
      if (double.interruptAt !== undefined && text.includes(double.interruptAt)) interrupt();
    },
    err: (text) => void (said.err += text),
    terminal: {
      isTerminal: false,
      size: () => ({ columns: 100, rows: 24 }),
      draw: () => assert.fail('this is no terminal'),
      erase: () => undefined,
    },
    prompt: { input: Readable.from([]), output: new PassThrough() },
    environment: {},
    currentFolder: folder,
    homeFolder: join(folder, 'home'),
    ownTasksFolder: own,
    version: '1.2.3',
    now: () => new Date(0),
    nowMs: () => 0,
    randomSeed: () => 1,
    nonce: () => 'abcd',
    signal: stop.signal,
    killSignal: new AbortController().signal,
    unread: new AbortController().signal,
    lastWords: {},
  });
  return { status, ...said, request: asked.request, command: asked.command, demosClosed: asked.demosClosed };
}

function engineOf(
  { outcome, exits, isInterrupted, bug }: Double,
  interrupt: () => void,
  asked: { request?: RunRequest; command?: CommandRequest },
): Pick<Engine, 'run' | 'runCommand'> {
  return {
    async run(request) {
      if (bug !== undefined) throw bug;
      asked.request = request;
      const hosts = request.plan.hosts.map(({ name }) => name);
      const say = (body: RunEventBody): void => request.listen({ at: '1970-01-01T00:00:00.000Z', atMs: 0, ...body });
      say({ kind: 'run-started', run: 'r', folder: 'f', hosts, tasks: ['runtest'] });
      if (isInterrupted === true) {
        interrupt();
        say({ kind: 'interrupted', isSecond: false });
      }
      for (const host of hosts) say({ kind: 'host-ended', host, status: 'completed' });
      return outcome ?? { verdict: 'pass', reasons: [], reportPath: 'r' };
    },
    async runCommand(command) {
      asked.command = command;
      command.emit({ kind: 'line', host: 'a', stream: 'stdout', text: 'to out' });
      command.emit({ kind: 'line', host: 'a', stream: 'stderr', text: 'to err' });
      return exits ?? [];
    },
  };
}

function kindOf(line: string): unknown {
  const event: unknown = JSON.parse(line);
  return typeof event === 'object' && event !== null && 'kind' in event ? event.kind : undefined;
}
