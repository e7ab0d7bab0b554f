/** Journals that are sorted for the sake of many parts: the same records, and nothing is left of the file that they are in. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rowCount, type RecordLog } from '../../src/checks/journal/record-log.ts';
import { RecordSorter } from '../../src/checks/journal/record-sorter.ts';
import { openFile } from '../../src/controller/merge/journal-file.ts';
import { mergeRun } from '../../src/controller/merge/merge.ts';
import { sortJournal, type SortRequest } from '../../src/controller/merge/sorted-journal.ts';
import { SortedReader } from '../../src/controller/merge/sorted-reader.ts';
import type { BlockTable } from '../../src/controller/merge/survey.ts';
import { ownerOfArena } from '../../src/model/namespace.ts';
import { randomOf } from '../../src/model/random.ts';
import { layout, recordBytes, recordKinds, viewRecords, type RecordViews } from '../../src/model/record.ts';
import { cleanRun } from '../score/trial.ts';

const root = mkdtempSync(join(tmpdir(), 'funbric-test-'));
after(() => rmSync(root, { recursive: true, force: true }));

const owners = 7;
const rows = rowCount(owners);

describe('a sorted journal', () => {
  it('gives every part the same records, from the same blocks and in the same order, as the journal itself', () => {
    const journal = randomJournal(join(root, 'journal'));
    const file = openSync(join(root, 'sorted'), 'wx+');
    const sorted = sortJournal({ journal, owners, records: recordsOf(journal), file, start: 4096 });
    assert.ok(sorted.firstBlocks.length > 3, 'it is too large for one window');
    for (const range of [0, 3, 6, 7, 10].map((first, at, all) => ({ first, end: all[at + 1] ?? rows }))) {
      const direct = new RecordSorter({ owners, rows: range, counts: journal.counts });
      for (const block of journal.segments) direct.take(block);
      const sorter = new RecordSorter({ owners, rows: range, counts: journal.counts });
      const reader = new SortedReader({ sorter, owners, rows: range });
      reader.read({ sorted, host: 3, blocks: journal.blocks, isWanted: () => true });
      isTheSameLog(sorter.finish(), direct.finish());
    }
    closeSync(file);
  });

  it('is none where there is no room for it', { skip: process.platform === 'linux' ? false : 'no /dev/full' }, () => {
    const journal = randomJournal(join(root, 'roomless'));
    const file = openSync('/dev/full', 'w');
    assert.throws(() => sortJournal({ journal, owners, records: recordsOf(journal), file, start: 0 }), {
      code: 'ENOSPC',
    });
    closeSync(file);
  });

  it('is none of a journal that is another than the one that was surveyed', () => {
    const journal = { ...randomJournal(join(root, 'changed')), version: 'another' };
    assert.throws(() => sortJournal({ journal, owners, records: 0, file: -1, start: 0 }), /changed was changed/);
  });

  it('writes nothing where the records of the next journal are, though it has more than when it was surveyed', () => {
    const journal = randomJournal(join(root, 'grown'));
    const path = join(root, 'next');
    const file = openSync(path, 'wx+');
    const records = recordsOf(journal) - 1;
    assert.throws(
      () => sortJournal({ journal, owners, records, file, start: 0 }),
      /grown has more records than before/,
    );
    closeSync(file);
    assert.ok(statSync(path).size <= records * recordBytes);
  });
});

describe('a run whose journals are sorted', () => {
  let run = '';
  before(async () => {
    const reports = mkdtempSync(join(root, 'clean-'));
    await cleanRun({ reports, dir: root, seed: 3 }, 300);
    run = join(reports, readdirSync(reports).find((name) => name.startsWith('run-')) ?? '');
  });

  const program = fileURLToPath(new URL('../support/ended-while-sorting.js', import.meta.url));
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    it(`keeps nothing of them when its merge is ended by ${signal}`, () => {
      const names = readdirSync(run, { recursive: true });
      const ended = spawnSync(process.execPath, [program, run], {
        env: { ...process.env, SIGNAL: signal },
        encoding: 'utf8',
        timeout: 300_000,
      });
      assert.equal(ended.signal, signal, ended.stderr);
      assert.deepEqual(readdirSync(run, { recursive: true }), names);
    });
  }

  const takesRoot = process.getuid?.() === 0 ? false : 'mounting takes root';
  it('is judged the same where its disk has no room for them', { skip: takesRoot }, async () => {
    const whole = await mergeRun(run, { threads: 0, records: Infinity });
    const disk = join(root, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    try {
      cpSync(run, join(disk, 'run'), { recursive: true });
      fill(join(disk, 'fill'));
      assert.deepEqual(await mergeRun(join(disk, 'run'), { threads: 2, records: 1 }), whole);
      assert.deepEqual(readdirSync(join(disk, 'run', 'journals')), readdirSync(join(run, 'journals')));
    } finally {
      // Whoever asks how full all disks are, as df does, has it open at times.
      execFileSync('umount', ['-l', disk]);
    }
  });
});

type RandomJournal = SortRequest['journal'] & {
  readonly segments: readonly Parameters<RecordSorter['take']>[0][];
  /** By row. */
  readonly counts: Float64Array;
};

function recordsOf({ counts }: RandomJournal): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Any bits in every record, in blocks of any size, one of them larger than a window. */
function randomJournal(path: string): RandomJournal {
  const random = randomOf(1);
  const sizes = Array.from({ length: 500 }, (_, block) => (block === 300 ? 140_000 : 1 + random.below(500)));
  const gap = 48;
  const bytes = sizes.reduce((sum, count) => sum + gap + count * recordBytes, 0);
  const memory = new ArrayBuffer(bytes);
  const words = new Uint32Array(memory);
  for (let at = 0; at < words.length; at++) words[at] = random.next();
  const counts = new Float64Array(rows);
  const offsets = new Float64Array(sizes.length);
  const segments: RandomJournal['segments'][number][] = [];
  let at = 0;
  for (const [block, count] of sizes.entries()) {
    offsets[block] = at + gap;
    const views = viewRecords(memory, at + gap, count);
    for (let record = 0; record < count; record++) drawOwner(views, record, { random, counts });
    segments.push({ host: 3, worker: block % 5, phase: block % 3, writtenNs: block, views, count });
    at += gap + count * recordBytes;
  }
  writeFileSync(path, new Uint8Array(memory));
  using file = openFile(path);
  const blocks: BlockTable = {
    offsets,
    counts: Uint32Array.from(sizes),
    workers: Uint16Array.from(segments, ({ worker }) => worker),
    phases: Uint8Array.from(segments, ({ phase }) => phase),
    writtenNs: Float64Array.from(segments, ({ writtenNs }) => writtenNs),
  };
  return { path, version: file.version, blocks, segments, counts };
}

/** Mostly the same as that of the record before; now and then one of no planned tree. */
function drawOwner(
  { u8, u16 }: RecordViews,
  at: number,
  { random, counts }: { readonly random: ReturnType<typeof randomOf>; readonly counts: Float64Array },
): void {
  u8[at * 64 + layout.kind] = recordKinds.read;
  const drawn = random.below(rows + 1);
  const owner = drawn < owners ? drawn : ownerOfArena('race') + drawn - owners;
  const before = u16[(at - 1) * 32 + layout.owner];
  u16[at * 32 + layout.owner] = before === undefined || random.below(2) === 0 ? owner : before;
  const is = u16[at * 32 + layout.owner] ?? 0;
  const row = is < owners ? is : is - ownerOfArena('race') + owners;
  if (row < rows) counts[row] = (counts[row] ?? 0) + 1;
}

function isTheSameLog(log: RecordLog, expected: RecordLog): void {
  assert.equal(log.records, expected.records);
  assert.ok(Buffer.from(log.views.u8).equals(expected.views.u8));
  const random = randomOf(2);
  for (let one = 0; one < 1000; one++) {
    const id = random.below(log.records);
    assert.deepEqual(log.entry(id), expected.entry(id));
  }
  for (const [owner] of expected.trees) {
    const isWanted = ({ phase }: { readonly phase: number }): boolean => phase === 1;
    assert.deepEqual(log.places(owner, isWanted), expected.places(owner, isWanted));
  }
}

/** Until not a byte has room any more. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch {
    closeSync(file);
  }
}
