import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Fault } from '../faults/fault.ts';
import { faults } from '../faults/registry.ts';
import { cleanRun, faultyRun } from '../score/trial.ts';
import { hasCall } from '../support/extra-calls.ts';
import { makeMemoryFolder } from '../support/memory-folder.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
const memory = makeMemoryFolder();
after(() => [root, memory].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** What a crash or a sync that failed leaves is the disk's affair; extra calls are where a file system has them. */
function dirFor({ code, call }: Fault): string {
  return code.startsWith('C') || (call !== undefined && !hasCall(memory, call)) ? root : memory;
}

/**
 * `npm run score` does all operations, with more seeds: what strikes again and again shows in half of them. Attributes are looked
 * at less often, and while another worker still changes them by chance only: with as many as the score, one run in some dozen met none.
 */
const shareFor = ({ code }: Fault): number => (code === 'M04' ? 4 : code.startsWith('M') ? 1 : 0.5);

describe('detection, with the real agent', () => {
  let bundle = '';
  before(async () => {
    bundle = await buildFaultyAgent();
  });

  it('finds nothing on a clean file system', async () => {
    for (const seed of [1, 2]) {
      const run = await cleanRun({ reports: root, dir: root, seed });
      assert.deepEqual(run.findings, []);
      assert.deepEqual(run.reasons, []);
      assert.equal(run.verdict, 'pass');
    }
  });

  for (const fault of faults) {
    it(`finds ${fault.code}: ${fault.name}`, async (t) => {
      const dir = dirFor(fault);
      if (fault.call !== undefined && !hasCall(dir, fault.call)) return t.skip(`no ${fault.call} here`);
      const run = await faultyRun({ reports: root, dir, seed: 1 }, fault, bundle, shareFor(fault));
      const { verdict, grade } = fault.causes ?? { verdict: 'fail', grade: 'proven' };
      const codes = new Set(run.findings.map(({ code }) => code));
      assert.ok(codes.has(fault.code), `reported ${[...codes].join(', ')}; ${run.reasons.join('; ')}`);
      assert.equal(run.verdict, verdict);
      const besides = new Set(fault.besides);
      assert.ok(
        run.findings.every(
          (finding) => finding.grade === grade || (besides.has(finding.code) && finding.grade === 'allowed'),
        ),
        JSON.stringify(run.findings.map(({ code, grade }) => [code, grade])),
      );
      assert.deepEqual(
        run.checks.filter(({ crashed }) => crashed !== undefined),
        [],
      );
    });
  }
});
