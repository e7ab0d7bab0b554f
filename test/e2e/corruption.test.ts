/** Between stress and verify something breaks the data of a real run: it's found, with the right code and place, and nothing else. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corruptions, corruptScript, takeSnapshot, type Corruption, type Planted } from '../support/corrupt.ts';
import { openBench, startFunbric, type Bench, type Ended } from '../support/funbric.ts';
import { startHosts, type TestHosts } from '../support/hosts.ts';
import { sshdReason } from '../support/sshd.ts';
import { until } from '../support/until.ts';

/** Files that stay once they are there, so that a snapshot has older content of the same file. */
const lasting = {
  summary: 'files that are written over and over',
  weights: { mkdir: 0, delete: 0, list: 2, touch: 0.01, stat: 10, read: 30, write: 47, rename: 0, truncate: 0 },
  chunkBytes: 4096,
  fileBytes: 65_536,
  filesPerFolder: 4,
};

describe('corruption between stress and verify', { skip: sshdReason() }, () => {
  let bench: Bench;
  let hosts: TestHosts;
  before(async () => {
    bench = openBench();
    hosts = await startHosts(bench.folder);
    writeFileSync(join(bench.folder, 'lasting.json'), JSON.stringify(lasting));
  });
  after(async () => {
    await hosts[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  for (const kind of corruptions) {
    it(`finds it, at its place, and nothing else: ${kind}`, async () => {
      const ended = await stressAnd(kind);
      const output = ended.stdout + ended.stderr;
      assert.equal(ended.status, 1, output);
      const planted = JSON.parse(readFileSync(join(bench.reports, 'latest/planted.json'), 'utf8')) as Planted[];
      const run = bench.run();
      assert.equal(run.verdict, 'fail');
      assert.ok(run.findings.every(({ grade }) => grade === 'proven'));
      const found = run.findings.map(({ code, file, offset }) => ({
        code,
        file,
        ...(offset === undefined ? {} : { offset }),
      }));
      assert.deepEqual(found, planted);
      assert.ok(run.findings.every(({ witness }) => witness.length <= 4));
      assert.match(readFileSync(join(bench.reports, 'latest/report.html'), 'utf8'), new RegExp(planted[0]?.code ?? ''));
    });
  }

  async function stressAnd(kind: Corruption): Promise<Ended> {
    const snapshot = join(bench.folder, `snapshot-${kind}`);
    const command = `'${process.execPath}' '${corruptScript}' ${kind} '${snapshot}'`;
    const fleet = [...hosts.flags, '--reports', bench.reports, '--before-verify', command];
    const files = ['--dir', bench.dir, '--profile', join(bench.folder, 'lasting.json')];
    // By operations: what is to be broken is there then, and on a busy machine, too, some seconds are left for a snapshot.
    const operations = kind === 'rollback' ? '3000' : '500';
    const started = startFunbric([
      ...fleet,
      'runtest',
      ...files,
      '--duration',
      '100s',
      '--ops',
      operations,
      '--workers',
      '1',
      '--rate',
      '500',
    ]);
    if (kind === 'rollback') await snapshotDuringStress(snapshot);
    return await started.ended;
  }

  async function snapshotDuringStress(snapshot: string): Promise<void> {
    // What is as large as it gets keeps its size from now on.
    const grown = (): readonly string[] =>
      readdirSync(bench.dir, { recursive: true })
        .map((name) => join(bench.dir, String(name)))
        .filter((path) => statSync(path, { throwIfNoEntry: false })?.size === lasting.fileBytes);
    await until('files of the largest size', () => grown().length >= 2);
    const [run = ''] = readdirSync(bench.dir);
    takeSnapshot(join(bench.dir, run), snapshot);
  }
});
