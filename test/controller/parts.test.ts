/** A run that is checked in parts, by threads, is the run that is checked at once. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { examine } from '../../src/controller/merge/examine.ts';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import { contents, layout, outcomes, recordKinds, type RecordViews } from '../../src/model/record.ts';
import { repeatRun } from '../bench/repeat-run.ts';
import { faults } from '../faults/registry.ts';
import { cleanRun, faultyRun } from '../score/trial.ts';
import { historyOfRun } from '../support/history-of-run.ts';
import { makeMemoryFolder } from '../support/memory-folder.ts';
import { buildFaultyAgent } from '../support/staged-run.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
const dir = makeMemoryFolder();
after(() => [root, dir].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const atOnce = { threads: 0, records: Infinity };
/** A part for each tree and arena. */
const inParts = [0, 2].map((threads) => ({ threads, records: 1 }));

/** Trees of their own, and every arena. */
async function clean(seed: number): Promise<string> {
  const reports = mkdtempSync(join(root, 'clean-'));
  await cleanRun({ reports, dir, seed }, 600);
  return folderIn(reports);
}

function folderIn(reports: string): string {
  return join(reports, readdirSync(reports).find((name) => name.startsWith('run-')) ?? '');
}

async function isTheSameInParts(folder: string, manners = inParts): ReturnType<typeof mergeRun> {
  const whole = await mergeRun(folder, atOnce);
  for (const means of manners) assert.deepEqual(await mergeRun(folder, means), whole, JSON.stringify(means));
  const { findings, checks } = examine(await historyOfRun(folder));
  assert.deepEqual(whole.findings, findings, 'and as in memory, without any parts');
  assert.deepEqual(whole.checks, checks);
  return whole;
}

describe('a run in parts', () => {
  let bundle = '';
  let correct = '';
  before(async () => {
    bundle = await buildFaultyAgent();
    correct = await clean(1);
  });

  it('passes where the whole passes, with 1, 2 and 4 threads, and few parts or many', async () => {
    const few = [0, 2].map((threads) => ({ threads, records: 5_000 }));
    const many = [0, 1, 4].map((threads) => ({ threads, records: 1 }));
    const run = await isTheSameInParts(correct, [...few, ...many]);
    assert.deepEqual([run.verdict, run.reasons], ['pass', []]);
  });

  // One of each kind: of names, chunks, reads, listings, each arena, and of hosts.
  for (const [at, code] of ['D03', 'D07', 'D12', 'N01', 'N07', 'A01', 'D10', 'L01', 'H01', 'H02'].entries()) {
    const fault = faults.find((one) => one.code === code);
    it(`says the same of ${code}, to the byte`, async () => {
      assert.ok(fault !== undefined);
      const reports = mkdtempSync(join(root, `${code}-`));
      await faultyRun({ reports, dir, seed: 1 }, fault, bundle, 0.3);
      // By turns in threads and without: what a part is does not depend on that.
      const run = await isTheSameInParts(
        folderIn(reports),
        inParts.filter((_, turn) => turn === at % 2),
      );
      assert.ok(run.findings.some((finding) => finding.code === code));
    });
  }

  it('names the file that a stray chunk is of, although its tree is in another part', async () => {
    const to = mkdtempSync(join(root, 'repeated-'));
    const left = [...(await historyOfRun(correct)).tree(1).names.values()].find(({ life }) => life !== undefined);
    repeatRun({ from: correct, to, times: 2, plant: strayChunks(left?.life?.operation ?? 0) });
    const run = await isTheSameInParts(to);
    const strays = run.findings.filter(({ code }) => code === 'D07');
    assert.ok(
      strays.some(({ file, found }) => file.startsWith('own/0000/') && /of own\/0001\//.test(found)),
      JSON.stringify(strays.slice(0, 3)),
    );
  });

  it('counts what is more than can be told as if nothing had been in parts', async () => {
    const to = mkdtempSync(join(root, 'repeated-'));
    repeatRun({ from: correct, to, times: 4, plant: damagedChunks });
    const run = await isTheSameInParts(to);
    const told = run.findings.filter(({ code }) => code === 'D05');
    assert.equal(told.length, 1000);
    assert.ok((told.at(-1)?.leftOut ?? 0) > 0);
  });

  it('is correct also when it is repeated as other hosts', async () => {
    const to = mkdtempSync(join(root, 'repeated-'));
    const { records } = repeatRun({ from: correct, to, times: 3 });
    const run = await isTheSameInParts(to);
    assert.deepEqual([run.verdict, run.reasons, run.evidence.records], ['pass', [], records]);
  });

  it('is incomplete, and says what nobody checked, where a thread dies', async () => {
    const program = new URL('../support/dying-thread.js', import.meta.url);
    const run = await mergeRun(correct, { threads: 2, records: 1, program });
    assert.equal(run.verdict, 'incomplete');
    assert.ok(
      run.reasons.includes('the tree of worker 0: nobody checked it: its thread ended with code 7'),
      run.reasons.join('\n'),
    );
    assert.ok(run.reasons.some((reason) => reason.startsWith('race: nobody checked it')));
  });
});

/** A chunk of a file of the next worker in place of every good one that verify read of worker 0. */
function strayChunks(incarnation: number): (views: RecordViews, at: number) => void {
  return ({ u8, u16, u32 }, at) => {
    const isGood = u8[at * 64 + layout.kind] === recordKinds.scanRead && u8[at * 64 + layout.content] === contents.data;
    if (!isGood || u16[at * 32 + layout.owner] !== 0 || u16[at * 32 + layout.creator] !== 0) return;
    u16[at * 32 + layout.creator] = 1;
    u32[at * 16 + layout.incarnation] = incarnation;
  };
}

/** No stamp that can be read in any chunk that verify read. */
function damagedChunks({ u8, u16 }: RecordViews, at: number): void {
  const isRead = u8[at * 64 + layout.kind] === recordKinds.scanRead && u8[at * 64 + layout.outcome] === outcomes.ok;
  if (isRead && (u16[at * 32 + layout.owner] ?? 0) < 100) u8[at * 64 + layout.content] = contents.unreadable;
}
