import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { funbric, main, openBench, startFunbric, type Bench, type Ended } from '../support/funbric.ts';
import { isRunning } from '../support/processes.ts';
import { until } from '../support/until.ts';

const local = ['--transport', 'local'] as const;

describe('the funbric command', () => {
  it('runs a command without SSH where the transport is local, and ends with its status', async () => {
    using bench = openBench();
    const good = await inside(bench, ['-H', 'one,two', ...local, '--', 'echo', '$(touch x)', 'a  b']);
    assert.deepEqual(good.stdout.trim().split('\n').sort(), ['one | $(touch x) a  b', 'two | $(touch x) a  b']);
    assert.equal(good.status, 0, good.stderr);
    const bad = await inside(bench, ['-H', 'one,two', ...local, '--', 'echo late >&2; exit 3']);
    assert.equal(bad.status, 1);
    assert.match(bad.stderr, /one \| late\n[^]*one,two: exit 3\n$/);
  });

  it('takes names of hosts that a shell would run as names, and runs none of them', async () => {
    using bench = openBench();
    const ended = await inside(bench, ['-H', '$(touch x),`touch x`,;touch x', ...local, '--', 'true']);
    assert.equal(ended.status, 0, ended.stderr);
    assert.equal(existsSync(join(bench.folder, 'x')), false);
  });

  it('lists its own tasks and those of ./tasks, and keeps compiled tasks in a folder of the user', async () => {
    using bench = openBench();
    mkdirSync(join(bench.folder, 'tasks'));
    writeFileSync(
      join(bench.folder, 'tasks', 'hello.ts'),
      `import { task } from 'funbric';
       export default task({ summary: 'Greets' as string, async run(host) { host.log('hello'); } });`,
    );
    const { stdout, status } = await inside(bench, ['--list']);
    assert.match(stdout, /^hello +Greets$/m);
    assert.match(stdout, /^runtest +/m);
    assert.equal(status, 0);
    assert.ok(readdirSync(join(bench.folder, '.cache/funbric/tasks')).some((name) => name.includes('hello')));
  });

  it('says what is missing, with the status of a usage error', async () => {
    using bench = openBench();
    const ended = await inside(bench, ['runtest', '--dir', '/x']);
    assert.equal(ended.status, 64);
    assert.match(ended.stderr, /^funbric: no hosts\nhint: .*funbric demo\n$/);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`ends with 130 after ${signal}, and so does its command`, async () => {
      using bench = openBench();
      const started = startFunbric(['-H', 'one', ...local, '--', 'echo $$; exec sleep 60'], environmentOf(bench));
      await started.saw('one | ');
      started.child.kill(signal);
      const ended = await started.ended;
      assert.equal(ended.status, 130, ended.stderr);
      const pid = Number(/one \| (\d+)/.exec(ended.stdout)?.[1]);
      await isGone(pid);
    });
  }

  for (const option of ['--progress=auto', '--json']) {
    it(`ends without a word when the reader of its output goes away, and so does its command (${option})`, async () => {
      using bench = openBench();
      const mark = join(bench.folder, 'pid');
      // As long as one of them is alone it says nothing: all of that we would have to keep.
      const both = `echo $$ >> '${mark}'; until [ $(wc -l <'${mark}') = 2 ]; do sleep 0.1; done; exec yes`;
      const started = startFunbric(['-H', 'one,two', ...local, option, '--', both], environmentOf(bench));
      await until('both run', () => existsSync(mark) && readFileSync(mark, 'utf8').split('\n').length === 3);
      await started.saw('y');
      started.child.stdout?.destroy();
      const { status, stderr } = await started.ended;
      assert.deepEqual([status, stderr], [141, '']);
      for (const pid of readFileSync(mark, 'utf8').trim().split('\n')) await isGone(Number(pid));
    });
  }

  it(
    'is incomplete where its output could not be written, and says so',
    { skip: !existsSync('/dev/full') },
    async () => {
      using bench = openBench();
      for (const words of [['-H', 'one', ...local, '--json', '--', 'true'], ['--list']]) {
        const line = `exec "$0" "$@" >/dev/full`;
        const ended = spawnSync('/bin/sh', ['-c', line, process.execPath, main, ...words], { cwd: bench.folder });
        assert.equal(ended.status, 2);
        assert.match(ended.stderr.toString(), /^funbric: standard output is not whole: ENOSPC/m);
      }
    },
  );

  it('says that the folder in which it was started is gone, with the status of refused input', () => {
    using bench = openBench();
    const line = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"';
    const ended = spawnSync('/bin/sh', ['-c', line, process.execPath, main, '--list'], { cwd: bench.folder });
    assert.match(ended.stderr.toString(), /^funbric: the folder that funbric was started in is gone: .*\nhint: .*\n$/);
    assert.equal(ended.status, 65);
  });

  it('goes on to the end where --out keeps what nobody reads', async () => {
    using bench = openBench();
    const words = ['-H', 'one', ...local, '--out', 'kept', '--', 'yes | head -n 100000; echo done'];
    const started = startFunbric(words, environmentOf(bench));
    await started.saw('one | y');
    started.child.stdout?.destroy();
    const { status, stderr } = await started.ended;
    assert.deepEqual([status, stderr], [0, '']);
    const kept = join(bench.folder, 'kept');
    const names = readdirSync(kept, { recursive: true }).map(String);
    const file = names.find((name) => name.endsWith('stdout')) ?? '';
    assert.match(readFileSync(join(kept, file), 'utf8'), /y\ndone\n$/);
  });
});

async function inside(bench: Bench, argv: readonly string[]): Promise<Ended> {
  return await funbric(argv, environmentOf(bench));
}

function environmentOf({ folder }: Bench): { readonly cwd: string; readonly env: Readonly<Record<string, string>> } {
  return { cwd: folder, env: { HOME: folder } };
}

/** A process needs a moment to end after it was told to; when who adopted it takes note of that is no business of ours. */
async function isGone(pid: number): Promise<void> {
  assert.ok(pid > 0);
  await until(`process ${pid} is gone`, () => !isRunning(pid));
}
