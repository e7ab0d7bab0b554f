/** What is expected of a run, from the command line to its exit status. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { funbric, openBench, type Bench, type Ended } from '../support/funbric.ts';

describe('--expect', () => {
  it('decides the verdict of a run, and of merging it again', async () => {
    using bench = openBench();
    // For seconds, so that both hosts are at it together.
    const paced = ['--rate', '15', '--apdex', '10s'];
    const met = await stress(bench, [...paced, '--expect', 'errors<=0%', '--expect', 'rate>0.1/s']);
    assert.equal(met.status, 0, met.stdout + met.stderr);
    const { expectations = [], operations, windows, outliers } = bench.run();
    assert.deepEqual(
      expectations.map(({ asked, outcome }) => [asked, outcome]),
      [
        ['errors<=0%', 'met'],
        ['rate>0.1/s', 'met'],
      ],
    );
    assert.ok(operations.every(({ apdex }) => apdex?.targetUs === 10_000_000));
    assert.ok(windows?.steady !== undefined && windows.overlapShare > 0);
    assert.deepEqual(outliers, []);
    const stricter = await inside(bench, ['--reports', bench.reports, 'merge', '--expect', 'count<1']);
    assert.equal(stricter.status, 1, stricter.stdout + stricter.stderr);
    assert.match(stricter.stdout, /^ {2}expected count<1, found \d+$/m);
    assert.equal(bench.run().expectations?.length, 3);
    const again = await inside(bench, ['--reports', bench.reports, 'merge']);
    assert.equal(again.status, 0, again.stdout + again.stderr);
  });

  it('fails a run that is otherwise, and leaves one open whose figure nobody can tell', async () => {
    using bench = openBench();
    const missed = await stress(bench, ['--expect', 'count<1', '--expect', 'p99.99<1s']);
    assert.equal(missed.status, 1, missed.stdout + missed.stderr);
    assert.match(missed.stdout, /^ {2}expected count<1, found \d+$/m);
    assert.match(missed.stdout, /^ {2}expected p99\.99<1s, which can't be told: it takes 36,887 samples/m);
    const unknown = await stress(bench, ['--expect', 'p99.99<1s']);
    assert.equal(unknown.status, 2, unknown.stdout + unknown.stderr);
  });

  it('refuses a slip before any host is reached', async () => {
    using bench = openBench();
    const slip = await stress(bench, ['--expect', 'raed.p99<20ms']);
    assert.equal(slip.status, 64);
    assert.match(slip.stderr, /"raed" is no operation\nhint: did you mean read\?/);
    assert.equal(existsSync(bench.reports), false);
  });

  it('is what a task of your own says, too, and open where it does nothing that is counted', async () => {
    using bench = openBench();
    mkdirSync(join(bench.folder, 'tasks'));
    writeFileSync(
      join(bench.folder, 'tasks', 'quick.ts'),
      `import { task } from 'funbric';
       export default task({
         summary: 'Does nothing that is counted',
         expect: () => ({ expect: ['rate>1/s'] }),
         async run(host) { host.log('hello'); },
       });`,
    );
    const ended = await inside(bench, ['-H', 'one', '--transport', 'local', '--reports', bench.reports, 'quick']);
    assert.equal(ended.status, 2, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /expected rate>1\/s, which can't be told: no operation was done/);
  });
});

/** Few operations of two hosts that are this machine. */
async function stress(bench: Bench, words: readonly string[]): Promise<Ended> {
  const fleet = ['-H', 'one,two', '--transport', 'local', '--reports', bench.reports, '--work-dir', workDir(bench)];
  const load = ['--dir', bench.dir, '--ops', '60', '--workers', '1', '--duration', '60s'];
  return await inside(bench, [...fleet, 'runtest', ...load, ...words]);
}

function workDir({ folder }: Bench): string {
  const path = join(folder, 'work');
  mkdirSync(path, { recursive: true });
  return path;
}

async function inside(bench: Bench, words: readonly string[]): Promise<Ended> {
  return await funbric(words, { cwd: bench.folder, env: { HOME: bench.folder } });
}
