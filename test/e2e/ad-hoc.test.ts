/** Commands on many hosts as their operators use them: gathered, rolled out in batches, limited, kept, and run again where they failed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { outputIndexSchema } from '../../src/controller/command/output-folder.ts';
import { funbric, main, openBench, startFunbric, type Bench, type Ended } from '../support/funbric.ts';
import { until } from '../support/until.ts';

describe('a command on many hosts', { skip: process.platform === 'win32' && 'hosts take a /bin/sh' }, () => {
  let bench: Bench;
  before(() => {
    bench = openBench();
  });
  after(() => bench[Symbol.dispose]());

  /** Each host counts its turn, so that they can differ. */
  const turn = (): string =>
    `mkdir -p ${bench.folder}/turns; n=$(ls ${bench.folder}/turns | wc -l); touch ${bench.folder}/turns/$$`;
  const run = async (words: readonly string[], cwd = bench.folder): Promise<Ended> =>
    await funbric(['--transport', 'local', ...words], { cwd, env: { HOME: bench.folder } });
  const newFolder = (name: string): string => {
    const path = join(bench.folder, name);
    mkdirSync(path);
    return path;
  };

  it('has equal output folded with -b, and with --diff what the others differ in', async () => {
    const command = `${turn()}; echo same; [ $n = 0 ] && echo odd; echo bad >&2`;
    const ended = await run(['-H', 'r[1-2]n[1-3]', '-P', '1', '-b', '--diff', '--', command]);
    const ruler = '-'.repeat(15);
    const expected = [ruler, 'r1n[2-3],r2n[1-3] (5)', ruler, 'same', '--- r1n[2-3],r2n[1-3] (5)', '+++ r1n1 (1)'];
    assert.deepEqual(ended.stdout.split('\n'), [...expected, '@@ -1 +1,2 @@', ' same', '+odd', '']);
    assert.equal(ended.stderr, `${ruler}\nr[1-2]n[1-3] (6), stderr\n${ruler}\nbad\n`);
    assert.equal(ended.status, 0);
  });

  it('stops behind the first batch when its host fails, and tells the others so', async () => {
    const ended = await run(['-H', 'n[1-20]', '--batch', '1,10%,100%', '--', 'exit 7']);
    assert.equal(ended.status, 1);
    assert.match(ended.stderr, /batch 1 of 3: n1\nn1: exit 7\nn\[2-20\]: not begun: the host of batch 1 failed\n$/);
  });

  it('begins no further host once more have failed than --max-fail allows, and each is told as an event', async () => {
    const ended = await run(['-H', 'n[1-9]', '-P', '1', '--max-fail', '1', '--json', '--', 'exit 1']);
    const events = ended.stdout.trim().split('\n').map(eventOf);
    const exits = events.filter((event) => event['kind'] === 'host-ended');
    assert.deepEqual([exits.length, exits.filter(({ code }) => code === 1).length], [9, 2]);
    assert.match(String(exits[2]?.['reason']), /not begun: --max-fail allows 1, and 2 failed/);
    assert.deepEqual(
      [events[0]?.['kind'], events.at(-1)?.['kind'], events.at(-1)?.['code']],
      ['command-started', 'run-ended', 1],
    );
  });

  it('that fails is a warning with -w: the next batch begins, and all is well; who is unreachable still counts', async () => {
    const ended = await run(['-H', 'n[1-3]', '--batch', '1', '-w', '--', 'exit 7']);
    assert.deepEqual([ended.status, ended.stderr.includes('warning: n[1-3]: exit 7')], [0, true], ended.stderr);
    const gone = await funbric(['-H', '127.0.0.1', '-p', '1', '-w', '--', 'true'], { cwd: bench.folder });
    assert.equal(gone.status, 2, gone.stderr);
  });

  // A busy machine has to come to the first word before them.
  const limits = [
    ['-T 4s', /n1: the command didn't end within 4 s, its command limit \(-T, --command-timeout\)/, 1],
    ['--idle-timeout 3s', /n1: the command said nothing for 3 s, its idle limit \(--idle-timeout\)/, 1],
    ['--run-timeout 10s', /n1: the run took longer than 10 s, its limit \(--run-timeout\)/, 2],
  ] as const;
  for (const [option, said, status] of limits) {
    it(`is ended by ${option}, which says its name`, async () => {
      const ended = await run(['-H', 'n1', ...option.split(' '), '--', 'echo begun; sleep 60']);
      assert.match(ended.stderr, said);
      assert.deepEqual([ended.status, ended.stdout], [status, 'n1 | begun\n']);
    });
  }

  it('is not idle while it speaks, nor while we hold it back', async () => {
    const talks = await run([
      '-H',
      'n1',
      '--idle-timeout',
      '4s',
      '--',
      'for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.5; done',
    ]);
    assert.equal(talks.status, 0, talks.stderr);
    const words = [
      '--transport',
      'local',
      '-H',
      'n1',
      '--idle-timeout',
      '3s',
      '--',
      'head -c 6000000 /dev/zero | base64 -w 9999',
    ];
    const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    const code = new Promise((resolve) => child.once('close', resolve));
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    // From its first word on: a busy machine takes its time to come to that.
    child.stdout.once('readable', () => setTimeout(() => child.stdout.resume(), 6000));
    assert.equal(await code, 0, said);
  });

  it('keeps all output in --out, also of a command that prints more than fits into any pipe', async () => {
    const ended = await run([
      '-H',
      'n[1-3]',
      '--out',
      'kept',
      '--progress',
      'quiet',
      '--',
      'head -c 3000000 /dev/zero; echo e >&2',
    ]);
    assert.deepEqual([ended.status, ended.stdout], [0, ''], ended.stderr);
    assert.deepEqual(readdirSync(join(bench.folder, 'kept')).sort(), [
      '0000',
      '0001',
      '0002',
      'index.json',
      'junit.xml',
    ]);
    assert.equal(statSync(join(bench.folder, 'kept/0002/stdout')).size, 3_000_000);
    assert.equal(readFileSync(join(bench.folder, 'kept/0000/stderr'), 'utf8'), 'e\n');
    const again = await run(['-H', 'n1', '--out', 'kept', '--', 'true']);
    assert.equal(again.status, 64, again.stderr);
  });

  it('is incomplete where --out could not keep all of it, and says whose', async () => {
    const words = ['-H', 'n[1-2]', '--out', 'part', '--max-output', '1K', '--progress', 'quiet'];
    const all = await run([...words, '--', 'echo short']);
    assert.equal(all.status, 0, all.stderr);
    const part = await run([...words.map((word) => (word === 'part' ? 'cut' : word)), '--', 'head -c 5000 /dev/zero']);
    assert.equal(part.status, 2, part.stderr);
    assert.match(part.stderr, /^n\[1-2\]: the files in --out end at --max-output\n$/);
    const index: unknown = JSON.parse(readFileSync(join(bench.folder, 'cut/index.json'), 'utf8'));
    assert.equal(outputIndexSchema.parse(index).code, 2);
  });

  it('reads hosts from stdin, as a list', async () => {
    const words = ['--transport', 'local', '--hosts-file', '-', '-x', '@odd', '--', 'echo hi'];
    const child = spawn(process.execPath, [main, ...words], { stdio: ['pipe', 'pipe', 'inherit'], cwd: bench.folder });
    child.stdin.end('a[1-2] # two\n\n[odd]\na1\n');
    let said = '';
    for await (const chunk of child.stdout) said += String(chunk);
    assert.equal(said, 'a2 | hi\n');
  });

  it('runs again only where it failed, as often as it takes, and knows of this folder only', async () => {
    const cwd = newFolder('again');
    const first = await run(['-H', 'n[1-4]', '-P', '1', '--', `${turn()}; [ $((n % 2)) = 0 ]`], cwd);
    assert.equal(first.status, 1);
    const failed = /^(\S+): exit 1/m.exec(first.stderr)?.[1];
    assert.ok(failed !== undefined, first.stderr);
    const again = await run(['-H', 'n[1-4]', '--rerun', 'failed', '-b', '--', 'echo x; exit 1'], cwd);
    assert.ok(again.stdout.includes(`${failed} (2)`), again.stdout);
    const third = await run(['--rerun', 'failed', '-b', '--', 'echo x'], cwd);
    assert.ok(third.stdout.includes(`${failed} (2)`), third.stdout + third.stderr);
    const none = await run(['-H', 'n[1-4]', '--rerun', 'failed', '--', 'echo x'], cwd);
    assert.deepEqual([none.status, none.stdout], [0, '']);
    assert.match(none.stderr, /nothing to do: no host failed/);
    for (const words of [
      ['--', 'true'],
      ['runtest', '--dir', bench.folder],
    ]) {
      const told = await run(['--rerun', 'failed', '--json', ...words], cwd);
      assert.equal(told.status, 0, told.stderr);
      const { kind, verdict, code, reasons } = eventOf(told.stdout);
      assert.deepEqual(
        { kind, verdict, code, reasons },
        { kind: 'run-ended', verdict: 'pass', code: 0, reasons: ['nothing to do: --rerun leaves no host'] },
      );
    }
    assert.match(
      (await run(['--rerun', 'missing', '--', 'true'], cwd)).stderr,
      /nothing to do: no host was unreachable/,
    );
    const elsewhere = await run(['-H', 'n1', '--rerun', 'failed', '--', 'true'], newFolder('elsewhere'));
    assert.equal(elsewhere.status, 64, elsewhere.stderr);
    const last = join(bench.folder, '.cache/funbric/last');
    for (const name of readdirSync(last)) assert.equal(statSync(join(last, name)).mode & 0o777, 0o600);
  });

  it('runs again where it was not begun, and keeps in mind who is missing while others run again', async () => {
    const cwd = newFolder('missing');
    const first = await run(['-H', 'n[1-3]', '--batch', '1', '--', 'false'], cwd);
    assert.equal(first.status, 1);
    assert.equal((await run(['--rerun', 'failed', '--', 'echo once more'], cwd)).stdout, 'n1 | once more\n');
    const missing = await run(['--rerun', 'missing', '-P', '1', '--', 'echo now'], cwd);
    assert.equal(missing.stdout, 'n2 | now\nn3 | now\n');
  });

  it('ends with Ctrl-C, shows what was gathered so far, and 130', async () => {
    const words = ['--transport', 'local', '-H', 'n[1-2]', '-b', '--out', 'early', '--', 'echo early; sleep 60'];
    const { child, ended } = startFunbric(words, { cwd: bench.folder, env: { HOME: bench.folder } });
    const said = ['0000', '0001'].map((host) => join(bench.folder, 'early', host, 'stdout'));
    const hasCome = (path: string): boolean => existsSync(path) && readFileSync(path, 'utf8') === 'early\n';
    await until('both words', () => said.every(hasCome));
    child.kill('SIGINT');
    const { status, stdout } = await ended;
    assert.deepEqual([status, stdout.includes('n[1-2] (2)'), stdout.includes('early')], [130, true, true], stdout);
  });

  it('after Ctrl-C begins no further batch, and its hosts are interrupted, not behind one that failed', async () => {
    const words = [
      '--transport',
      'local',
      '-H',
      'n[1-3]',
      '--batch',
      '1',
      '--max-fail',
      '0',
      '--',
      'echo up; sleep 60',
    ];
    const { child, ended } = startFunbric(words, { cwd: bench.folder, env: { HOME: bench.folder } });
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { status, stderr } = await ended;
    assert.equal(status, 130, stderr);
    assert.doesNotMatch(stderr, /failed|batch 2/);
    assert.match(stderr, /n\[1-3\]: interrupted during the run/);
  });

  it('says a line that is too long in pieces, which programs can put together', async () => {
    const command = 'head -c 200000 /dev/zero | tr "\\0" x; echo; echo short';
    const { stdout } = await run(['-H', 'n1', '--json', '--', command]);
    const said = stdout.trim().split('\n').map(eventOf);
    const pieces = said.filter(({ kind }) => kind === 'line');
    const [short, last, ...others] = pieces.reverse();
    assert.deepEqual([short?.['text'], short?.['isPartial'], last?.['isPartial']], ['short', undefined, undefined]);
    assert.deepEqual(new Set(others.map(({ isPartial }) => isPartial)), new Set([true]));
    const length = [last, ...others].reduce((sum, piece) => sum + String(piece?.['text']).length, 0);
    assert.equal(length, 200_000);
    const plain = await run(['-H', 'n1', '--', command]);
    assert.equal(plain.stderr, 'n1: a line of more than 64 Ki characters is shown in pieces; --out keeps it whole\n');
  });

  it('is refused options that could have no effect', async () => {
    for (const option of ['--ask-sudo-pass', '--sudo-password-file=x']) {
      const refused = await run(['-H', 'a', option, '--', 'true']);
      assert.equal(refused.status, 64, refused.stderr);
      assert.match(refused.stderr, /-pass.* without --sudo/);
    }
    writeFileSync(join(bench.folder, 'hosts.txt'), 'a\n');
    assert.match((await run(['-H', 'a', '-b', '--json', '--', 'true'])).stderr, /--json and -b contradict/);
    assert.match(
      (await run(['-H', 'a', '--out', 'x', 'runtest', '--dir', '/x'])).stderr,
      /--out is for commands behind --/,
    );
  });
});

function eventOf(line: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(line);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
