/** What a look at the beginnings of journals proves, the merge of the whole ones proves too; and in a clean run it is nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { look, type ProvenSoFar } from '../../src/controller/live/look.ts';
import { randomOf } from '../../src/model/random.ts';
import { faults } from '../faults/registry.ts';
import { cleanRun, faultyRun } from '../score/trial.ts';
import { cutRunOf } from '../support/cut-journals.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const cuts = Number(process.env['FUNBRIC_CUTS'] ?? 8);

/** What was ever proven, with each host cut at a place of its own. */
async function proven(folder: string, seed: number): Promise<readonly ProvenSoFar[]> {
  const run = await cutRunOf(folder);
  const random = randomOf(seed, 0, 0xc07);
  const found: ProvenSoFar[] = [];
  for (let cut = 0; cut < cuts; cut++) {
    // The last one is near the end: what strikes few times has struck by then.
    const both = cut === cuts - 1 ? 1 : random.below(1000) / 1000;
    // A host may have been asked a little later than the other, or never yet.
    const shareOf = (): number =>
      random.below(10) === 0 ? random.below(1000) / 1000 : Math.min(1, both * (0.9 + random.below(200) / 1000));
    const answer = look(run.at(root, shareOf));
    assert.deepEqual(answer.crashed, []);
    found.push(...answer.proven);
  }
  return found;
}

function folderIn(reports: string): string {
  return join(reports, readdirSync(reports).find((name) => name.startsWith('run-')) ?? '');
}

describe('a look at the beginnings of journals', () => {
  let bundle = '';
  before(async () => {
    bundle = await buildFaultyAgent();
  });

  for (const seed of [1, 2]) {
    it(`proves nothing of a clean run, wherever the journals are cut (seed ${seed})`, async () => {
      const reports = mkdtempSync(join(root, 'clean-'));
      const run = await cleanRun({ reports, dir: root, seed }, 600);
      assert.equal(run.verdict, 'pass');
      assert.deepEqual(await proven(folderIn(reports), seed), []);
    });
  }

  // One of each kind that is told during the stress: chunks, reads, sizes, listings, attributes, the race, locks.
  for (const code of ['D08', 'D12', 'D14', 'D17', 'D02', 'N01', 'N03', 'M03', 'N07', 'L01']) {
    const fault = faults.find((one) => one.code === code);
    it(`proves ${code}, and nothing where the merge of the whole proves nothing`, async () => {
      assert.ok(fault !== undefined);
      const reports = mkdtempSync(join(root, 'faulty-'));
      const run = await faultyRun({ reports, dir: root, seed: 1 }, fault, bundle);
      const found = await proven(folderIn(reports), 1);
      // What verify shows to be so for good has another name in the end: a name that was listed, and stays, is no listing's fault.
      const files = new Set(run.findings.filter(({ grade }) => grade === 'proven').map(({ file }) => file));
      const beyond = found.filter(({ file }) => !files.has(file));
      assert.deepEqual(beyond, []);
      const told = code === 'D02' ? 'N03' : code;
      assert.ok(found.some((one) => one.code === told));
    });
  }
});
