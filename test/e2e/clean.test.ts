/** A run on three real SSH hosts whose file system keeps its promises. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { decodeJournal } from '../../src/model/journal.ts';
import { outcomes, readRecord, recordKinds, viewRecords, type JournalRecord } from '../../src/model/record.ts';
import { planSchema, runTagOf } from '../../src/model/plan.ts';
import { funbric, openBench, type Bench } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { sshdReason } from '../support/sshd.ts';

describe('runtest on three hosts behind a real sshd', { skip: sshdReason() }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    bench = openBench();
    hosts = await startHosts(bench.folder);
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  const runtest = (...more: string[]): ReturnType<typeof funbric> =>
    funbric([...hosts.flags, '--reports', bench.reports, 'runtest', '--dir', bench.dir, ...more]);

  it('passes a file system that keeps its promises, with evidence from every host', async () => {
    const work = join(bench.folder, 'work');
    mkdirSync(work);
    const fleet = ['--work-dir', work, '--seed', '1'];
    // By operations: in two seconds a busy machine may come to few of them.
    const load = ['--duration', '100s', '--ops', '1000', '--rate', '1000', '--workers', '2'];
    const ended = await runtest('--profile', 'mixed', ...load, ...fleet);
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    const run = bench.run();
    assert.equal(run.verdict, 'pass');
    assert.deepEqual(run.findings, []);
    assert.deepEqual(
      run.hosts.map(({ name, status }) => [name, status]),
      hosts.names.map((name) => [name, 'completed']),
    );
    assert.ok(run.evidence.records > 1000, 'thousands of operations were journalled');
    assert.ok(run.evidence.chunksVerified > 100, 'data was verified');
    assert.ok(run.operations.every(({ name, count }) => count > 0 && name in recordKinds));
    assert.ok(
      run.hosts.every((host) => host.clock !== undefined && host.clock.bestNs < 1e9),
      'every clock is bounded',
    );
    assert.match(readFileSync(join(bench.reports, 'latest/report.html'), 'utf8'), /PASS/);

    assert.deepEqual(readdirSync(bench.dir), [], 'nothing is left on the file system under test');
    assert.deepEqual(readdirSync(work), [], 'no work folder is left');
    assert.match(readFileSync(join(bench.reports, 'latest/plan.json'), 'utf8'), /"workDir"/);
    for (const home of hosts.homes) {
      assert.deepEqual(readdirSync(home), ['.cache'], 'nothing but the cache is left at home');
      assert.deepEqual(readdirSync(join(home, '.cache/funbric')).length, 1);
    }
  });

  it('uploads the agent once, and merges the same files to the same bytes', async () => {
    assert.equal((await runtest('--ops', '50', '--workers', '1')).status, 0);
    const events = readFileSync(join(bench.reports, 'latest/events.ndjson'), 'utf8');
    assert.equal(events.match(/"isUploaded":false/g)?.length, 3);
    const before = readFileSync(join(bench.reports, 'latest/run.json'));
    writeFileSync(join(bench.reports, 'latest/run.json'), 'lost');
    const merged = await funbric(['--reports', bench.reports, 'merge']);
    assert.equal(merged.status, 0, merged.stderr);
    assert.deepEqual(readFileSync(join(bench.reports, 'latest/run.json')), before);
  });

  it('makes the same decisions from the same seed, and others from another', async () => {
    const decide = async (seed: string): Promise<readonly string[]> => {
      const ended = await runtest('--ops', '400', '--workers', '2', '--seed', seed);
      assert.equal(ended.status, 0, ended.stdout + ended.stderr);
      return decisionsOf(join(bench.reports, 'latest'));
    };
    const first = await decide('7');
    assert.equal(first.length, 3 * 2 * 400);
    assert.deepEqual(await decide('7'), first);
    assert.notDeepEqual(await decide('8'), first);
  });

  it('keeps two runs apart that use the same directory at the same time', async () => {
    const runs = await Promise.all(
      ['a', 'b'].map((name) => {
        const reports = join(bench.folder, `reports-${name}`);
        const options = ['--dir', bench.dir, '--duration', '60s', '--ops', '500', '--rate', '500', '--workers', '1'];
        return funbric([...hosts.flags, '--reports', reports, 'runtest', ...options]);
      }),
    );
    for (const ended of runs) assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    assert.deepEqual(readdirSync(bench.dir), []);
  });

  it('keeps the data where --keep says so', async () => {
    assert.equal((await runtest('--ops', '20', '--keep')).status, 0);
    const [kept = ''] = readdirSync(bench.dir);
    assert.match(kept, /^funbric-/);
    assert.ok(existsSync(join(bench.dir, kept, 'own/0000/d0')));
  });
});

/** What each worker decided to do in stress, without when, and without what others' timing shows. */
function decisionsOf(folder: string): readonly string[] {
  const plan = planSchema.parse(JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')));
  return plan.hosts.flatMap((_, host) => {
    const bytes = readFileSync(join(folder, 'journals', `000${host}.fbj`));
    const journal = decodeJournal(new Uint8Array(bytes), { runTag: runTagOf(plan), host });
    assert.equal(journal.damage, undefined);
    const lines = journal.blocks.flatMap((block) => {
      if (block.type !== 'records' || block.phase !== 3) return [];
      const count = block.records.length / 64;
      const views = viewRecords(block.records.buffer, block.records.byteOffset, count);
      return Array.from({ length: count }, (_, at) => readRecord(views, at))
        .filter(({ kind }) => kind !== recordKinds.observe && kind !== recordKinds.listed)
        .map(
          (record) =>
            `${String(block.worker).padStart(4, '0')} ${String(record.sequence).padStart(6, '0')} ${decisionOf(record)}`,
        );
    });
    return lines.sort();
  });
}

function decisionOf(record: JournalRecord): string {
  const { kind, owner, name, target, first, count, generation, size } = record;
  const { write, append, truncate, rename, renameOnto, copy } = recordKinds;
  const isOwnChange = ([write, append, truncate, rename, renameOnto, copy] as number[]).includes(kind);
  assert.notEqual(record.outcome, outcomes.pending);
  return isOwnChange
    ? `${kind} ${owner} ${name} ${target} ${first} ${count} ${generation} ${size}`
    : `${kind} ${owner} ${name}`;
}
