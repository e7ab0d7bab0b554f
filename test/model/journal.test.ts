import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import {
  blockHeaderBytes,
  decodeJournal,
  encodeBlock,
  journalEnd,
  type BlockHeader,
  type BlockBody,
} from '../../src/model/journal.ts';
import { readRecord, recordBytes, viewRecords, writeRecord, type JournalRecord } from '../../src/model/record.ts';

const u8 = fc.nat({ max: 0xff });
const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffffffff });
const f64 = fc.double({ noNaN: true });
const record: fc.Arbitrary<JournalRecord> = fc.record(
  {
    kind: u8,
    outcome: u8,
    errno: u16,
    sequence: u32,
    owner: u16,
    content: u8,
    flags: u8,
    name: u32,
    target: u32,
    first: u32,
    count: u32,
    generation: u32,
    creator: u16,
    writer: u16,
    incarnation: u32,
    startNs: f64,
    endNs: f64,
    size: f64,
  },
  { noNullPrototype: true },
);

const of = { runTag: 0x1234, host: 3 };
const boot = [1, 2] as const;

function block(worker: number, number: number, body: BlockBody, changes: Partial<BlockHeader> = {}): Uint8Array {
  return encodeBlock({
    phase: 3,
    number,
    host: of.host,
    worker,
    runTag: of.runTag,
    boot,
    writtenNs: 5,
    ...changes,
    ...body,
  });
}

function records(count: number): Uint8Array {
  return Uint8Array.from({ length: count * recordBytes }, (_, at) => at % 251);
}

function join(...blocks: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(blocks.flatMap((bytes) => Array.from(bytes)));
}

const whole = [
  block(0, 0, { type: 'records', records: records(2) }),
  block(1, 0, { type: 'note', note: { kind: 'entry', path: 'größe \u{1f4a5} <img>\u0001', size: 7, type: 'other' } }),
  block(0, 1, { type: 'end' }),
  block(1, 1, { type: 'end' }),
  block(journalEnd, 0, { type: 'end' }),
];

describe('a record', () => {
  it('reads back as it was written, and leaves its neighbours alone', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        const views = viewRecords(new ArrayBuffer(4 * recordBytes), recordBytes, 3);
        writeRecord(views, 0, a);
        writeRecord(views, 2, a);
        writeRecord(views, 1, b);
        assert.deepEqual(readRecord(views, 0), a);
        assert.deepEqual(readRecord(views, 1), b);
        assert.deepEqual(readRecord(views, 2), a);
      }),
    );
  });
});

describe('a journal', () => {
  it('reads back whole', () => {
    const { blocks, damage } = decodeJournal(join(...whole), of);
    assert.equal(damage, undefined);
    assert.deepEqual(
      blocks.map(({ type, worker, number }) => [type, worker, number]),
      [
        ['records', 0, 0],
        ['note', 1, 0],
        ['end', 0, 1],
        ['end', 1, 1],
        ['end', journalEnd, 0],
      ],
    );
    const [first, second] = blocks;
    assert.deepEqual(first?.type === 'records' && Uint8Array.from(first.records), records(2));
    assert.equal(
      second?.type === 'note' && second.note.kind === 'entry' && second.note.path,
      'größe \u{1f4a5} <img>\u0001',
    );
  });

  it('cut anywhere is never taken for whole, and keeps every block before the cut', () => {
    const bytes = join(...whole);
    const ends = whole.map((_, at) => whole.slice(0, at + 1).reduce((sum, { length }) => sum + length, 0));
    for (let length = 0; length < bytes.length; length++) {
      const { blocks, damage } = decodeJournal(bytes.subarray(0, length), of);
      assert.notEqual(damage, undefined, `cut at ${length}`);
      assert.equal(blocks.length, ends.filter((end) => end <= length).length);
    }
  });

  it('with any one bit flipped is never taken for whole', () => {
    const bytes = join(...whole);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      assert.notEqual(decodeJournal(damaged, of).damage, undefined, `byte ${at}`);
    }
  });

  it('without a block from its middle, or with one twice, is damaged', () => {
    const longer = [0, 1, 2].map((number) => block(0, number, { type: 'records', records: records(1) }));
    const end = [block(0, 3, { type: 'end' }), block(journalEnd, 0, { type: 'end' })];
    assert.equal(decodeJournal(join(...longer, ...end), of).damage, undefined);
    assert.notEqual(decodeJournal(join(...longer.toSpliced(1, 1), ...end), of).damage, undefined);
    assert.notEqual(decodeJournal(join(...longer, ...longer.slice(2), ...end), of).damage, undefined);
  });

  it('of another run, host or agent process is damaged from there on', () => {
    for (const changes of [{ runTag: 9 }, { host: 4 }, { boot: [1, 3] as const }]) {
      const other = block(1, 0, { type: 'records', records: records(1) }, changes);
      const { blocks, damage } = decodeJournal(join(...whole.slice(0, 1), other), of);
      assert.equal(blocks.length, 1);
      assert.notEqual(damage, undefined);
    }
  });

  it('that claims more than there is, or is no journal, is damaged without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 4 * blockHeaderBytes }), (bytes) => {
        assert.notEqual(decodeJournal(bytes, of).damage, undefined);
      }),
    );
  });
});
