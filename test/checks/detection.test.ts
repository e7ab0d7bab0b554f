import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import type { FilesSpec } from '../../src/workloads/files-spec.ts';
import type { Fault } from '../faults/fault.ts';
import { faults } from '../faults/registry.ts';
import { filesSpec } from '../support/agent-process.ts';
import { buildFaultyAgent, stageRun } from '../support/staged-run.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Bounded by operations, so that a seed always does the same; with enough truncates that files are cut and then extended. */
const names = { mkdir: 2, delete: 4, touch: 10, rename: 5, renameOnto: 3, copy: 10 };
const data = { write: 25, append: 8, truncate: 20, fsync: 2, fdatasync: 2 };
const weights = { ...names, ...data, list: 3, stat: 5, read: 30 };
const access = { random: 60, sequential: 40 };
const workload = filesSpec(root, { durationMs: 60_000, operationsLimit: 1_500, weights, access });

/** Every worker reads every file many times. */
const fewFiles: FilesSpec = {
  ...workload,
  filesPerFolder: 1,
  operationsLimit: 4_000,
  weights: { mkdir: 0, delete: 1, list: 3, touch: 10, stat: 5, read: 60, write: 30, rename: 2, truncate: 3 },
};

function workloadOf({ isOfFewFiles, arena }: Fault): FilesSpec {
  const base = isOfFewFiles === true ? fewFiles : workload;
  // Few writes for each chunk, so that what went wrong is not all written over by who comes last.
  if (arena === 'shared') return { ...base, arenas: { own: 1, shared: 3 }, fileBytes: 65_536, operationsLimit: 400 };
  return { ...base, ...(arena === undefined ? {} : { arenas: { own: 1, [arena]: 3 } }) };
}

describe('detection, with the real agent', () => {
  let bundle = '';
  before(async () => {
    bundle = await buildFaultyAgent();
  });

  it('finds nothing on a clean file system', async () => {
    const arenas = { own: 1, race: 1, append: 1, shared: 1 };
    for (const seed of [1, 2, 3]) {
      const folder = mkdtempSync(join(root, 'run-'));
      await stageRun({ folder, workload: { ...workload, arenas, dir: mkdtempSync(join(root, 'dir-')) }, seed });
      const run = await mergeRun(folder);
      assert.deepEqual(run.findings, []);
      assert.deepEqual(run.reasons, []);
      assert.equal(run.verdict, 'pass');
    }
  });

  for (const fault of faults) {
    it(`finds ${fault.code}: ${fault.name}`, async () => {
      const folder = mkdtempSync(join(root, 'run-'));
      await stageRun({
        folder,
        workload: { ...workloadOf(fault), dir: mkdtempSync(join(root, 'dir-')) },
        seed: 1,
        fault: { bundle, value: `${fault.name}:1:0` },
        ...(fault.hungMs === undefined ? {} : { hungMs: fault.hungMs }),
        ...(fault.isOrderUnknown === true ? { slowMs: 600_000 } : {}),
      });
      const { verdict, grade } = fault.causes ?? { verdict: 'fail', grade: 'proven' };
      const run = await mergeRun(folder);
      const codes = new Set(run.findings.map(({ code }) => code));
      assert.ok(codes.has(fault.code), `reported ${[...codes].join(', ')}; ${run.reasons.join('; ')}`);
      assert.equal(run.verdict, verdict);
      assert.ok(run.findings.every((finding) => finding.grade === grade));
      assert.deepEqual(
        run.checks.filter(({ crashed }) => crashed !== undefined),
        [],
      );
    });
  }
});
