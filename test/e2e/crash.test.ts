/** Real file systems that crash between stress and verify: what was synced is there, what wasn't is no finding, and a sync that lies is found. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import type { Run } from '../../src/model/run.ts';
import { filesSpecSchema } from '../../src/workloads/files-spec.ts';
import { crashable, crashingDiskReason, openCrashingDisk, run, type CrashingDisk } from '../support/crashing-disk.ts';
import { openBench, root, type Bench } from '../support/funbric.ts';
import { localFleet, type LocalFleet } from '../support/local-hosts.ts';
import { buildFaultyAgent, stageRun } from '../support/staged-run.ts';

const durability: Record<string, unknown> = JSON.parse(
  readFileSync(join(root, 'tasks/profiles/durability.json'), 'utf8'),
);

/** Of workers that sync after every write, after every tenth, by chance only, in each write, and never. */
const policies: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'fsyncEvery 1': { fsyncEvery: 1 },
  'fsyncEvery 10': { fsyncEvery: 10 },
  'sync data': { fsyncEvery: undefined, sync: 'data' },
  'no sync': {
    fsyncEvery: undefined,
    weights: { ...Object(durability['weights']), fsync: 0, fdatasync: 0, fsyncFolder: 0 },
  },
};

const tried = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(tried, { recursive: true, force: true }));

for (const type of crashable) {
  describe(`crashes of ${type}`, { skip: crashingDiskReason(type, tried) }, () => {
    let bench: Bench;
    let fleet: LocalFleet;
    let disk: CrashingDisk;
    before(() => {
      bench = openBench();
      fleet = localFleet(bench, ['a', 'b']);
      disk = openCrashingDisk(type, join(bench.folder, 'disk'));
    });
    after(() => {
      disk[Symbol.dispose]();
      bench[Symbol.dispose]();
    });

    for (const [name, policy] of Object.entries(policies)) {
      it(`lose nothing that was synced, and the run passes: ${name}`, async () => {
        const profile = join(bench.folder, 'profile.json');
        writeFileSync(profile, JSON.stringify({ ...durability, ...policy }));
        const judged = await stress(['--before-verify', disk.crash, '--after-crash'], ['--profile', profile]);
        assert.deepEqual(judged.reasons, []);
        // Blocks that were not synced may show what was in them before, which is said and leaves the verdict alone.
        const untold = judged.findings.filter(({ code, grade }) => grade !== 'suspect' || !/^D0[678]$/.test(code));
        assert.deepEqual(untold, []);
        assert.equal(judged.verdict, 'pass');
      });
    }

    it('are no remount, which loses nothing', async () => {
      const judged = await stress(['--before-verify', disk.remount], ['--profile', 'durability']);
      assert.deepEqual(judged.reasons, []);
      assert.equal(judged.verdict, 'pass');
    });

    it('that nobody declared are lost writes and files', async () => {
      const judged = await stress(['--before-verify', disk.crash], ['--profile', 'write-heavy']);
      assert.equal(judged.verdict, 'fail');
      const codes = new Set(judged.findings.map(({ code }) => code));
      assert.ok(
        ['D01', 'D04', 'D11', 'D19'].some((code) => codes.has(code)),
        [...codes].join(' '),
      );
    });

    it('show a sync that does nothing', async () => {
      const folder = join(bench.folder, 'staged');
      mkdirSync(folder);
      const dir = join(disk.point, 'staged');
      mkdirSync(dir);
      const spec = { engine: 'files', dir, isLocal: false, workers: 1, durationMs: 60_000, operationsLimit: 600 };
      const bundle = await buildFaultyAgent();
      const { summary: _, ...profile } = durability;
      await stageRun({
        folder,
        workload: filesSpecSchema.parse({ ...profile, ...spec, fsyncEvery: 1 }),
        seed: 1,
        fault: { bundle, value: 'sync that does nothing:1:0' },
        between: 'crash',
        meanwhile: () => run(disk.crash),
      });
      const judged = await mergeRun(folder);
      assert.equal(judged.verdict, 'fail', judged.reasons.join('; '));
      const proven = judged.findings.filter(({ grade }) => grade === 'proven').map(({ code }) => code);
      assert.ok(proven.length > 0 && proven.every((code) => code.startsWith('C')), proven.join(' '));
    });

    async function stress(fleetOptions: readonly string[], options: readonly string[]): Promise<Run> {
      const words = [
        '-H',
        'a,b',
        ...fleetOptions,
        'runtest',
        '--dir',
        disk.point,
        '--duration',
        '2s',
        '--workers',
        '2',
        // As much as syncs let through on most disks.
        '--rate',
        '300',
      ];
      const ended = await fleet.run(...words, ...options);
      assert.ok(ended.status === 0 || ended.status === 1, ended.stdout + ended.stderr);
      return bench.run();
    }
  });
}
