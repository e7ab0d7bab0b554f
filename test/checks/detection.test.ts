import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { faults } from '../faults/registry.ts';
import { cleanRun, faultyRun } from '../score/trial.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';

const root = mkdtempSync(join(os.tmpdir(), 'funbric-test-'));
const places = (): { readonly reports: string; readonly dir: string } => ({ reports: root, dir: root });
after(() => rmSync(root, { recursive: true, force: true }));

describe('detection, with the real agent', () => {
  let bundle = '';
  before(async () => {
    bundle = await buildFaultyAgent();
  });

  it('finds nothing on a clean file system', async () => {
    for (const seed of [1, 2, 3]) {
      const run = await cleanRun({ ...places(), seed });
      assert.deepEqual(run.findings, []);
      assert.deepEqual(run.reasons, []);
      assert.equal(run.verdict, 'pass');
    }
  });

  for (const fault of faults) {
    it(`finds ${fault.code}: ${fault.name}`, async () => {
      const run = await faultyRun({ ...places(), seed: 1 }, fault, bundle);
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
