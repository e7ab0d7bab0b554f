import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, outcomes, recordKinds } from '../../src/model/record.ts';
import { chunkBuffer, type ChunkBuffer } from '../../src/workloads/chunk-buffer.ts';
import { contentOf, newSeen } from '../../src/workloads/content.ts';
import { Trace } from '../../src/workloads/trace.ts';
import { MemoryRecorder } from '../support/memory-recorder.ts';

const chunkBytes = 1024;
const content = contentOf(0xabcdef, chunkBytes);
const change = { creator: 3, incarnation: 77, writer: 5, first: 10, operation: 99, generation: 4 };

/** Chunks 10 to 13 of a file. */
function written(by = content): ChunkBuffer {
  const buffer = chunkBuffer(4 * chunkBytes);
  by.fill(buffer, 4, change);
  return buffer;
}

function look(buffer: ChunkBuffer, place: number, chunk = 10 + place): ReturnType<typeof newSeen> {
  const seen = newSeen();
  content.look(buffer, place, chunk, seen);
  return seen;
}

function read(buffer: ChunkBuffer, bytes = 4 * chunkBytes): MemoryRecorder {
  const recorder = new MemoryRecorder(100);
  const trace = new Trace(recorder, content);
  const place = { owner: 2, name: 8, flags: 0, path: () => 'own/0002/d0/f008' };
  trace.beginRead(recordKinds.read, place, 10);
  trace.setSize(bytes);
  trace.observe(buffer, bytes, 10, place);
  trace.endRead(bytes);
  return recorder;
}

describe('a chunk', () => {
  it('says whose it is', () => {
    const { content: kind, creator, incarnation, writer, generation } = look(written(), 2);
    assert.deepEqual([kind, creator, incarnation, writer, generation], [contents.data, 3, 77, 5, 4]);
  });

  it('is not good with any one bit of any byte flipped', () => {
    const buffer = written();
    for (let at = chunkBytes; at < 2 * chunkBytes; at++) {
      const bit = 1 << (at % 8);
      buffer.bytes[at] = (buffer.bytes[at] ?? 0) ^ bit;
      const { content: kind } = look(buffer, 1);
      assert.equal(kind, at - chunkBytes < 32 ? contents.unreadable : contents.badBody, `byte ${at}`);
      buffer.bytes[at] = (buffer.bytes[at] ?? 0) ^ bit;
    }
    assert.equal(look(buffer, 1).content, contents.data);
  });

  it('is zeros only when all of it is', () => {
    const buffer = written();
    buffer.bytes.fill(0, 0, chunkBytes);
    assert.equal(look(buffer, 0).content, contents.zeros);
    buffer.bytes[chunkBytes - 1] = 1;
    assert.equal(look(buffer, 0).content, contents.unreadable);
  });

  it('in another place is misplaced, and says where it belongs', () => {
    const seen = look(written(), 1, 30);
    assert.deepEqual([seen.content, seen.target], [contents.misplaced, 11]);
  });

  it('of another run is foreign, and says of which', () => {
    const seen = look(written(contentOf(0x1234, chunkBytes)), 1);
    assert.deepEqual([seen.content, seen.target], [contents.foreign, 0x1234]);
  });
});

describe('a read', () => {
  it('of equal chunks is one record', () => {
    const { records, notes } = read(written());
    assert.equal(records.length, 1);
    const [record] = records;
    assert.deepEqual(
      [record?.first, record?.count, record?.generation, record?.size, record?.outcome],
      [10, 4, 4, 4 * chunkBytes, outcomes.ok],
    );
    assert.deepEqual(notes, []);
  });

  it('keeps each run of chunks, and evidence with the byte where a chunk goes wrong', () => {
    const buffer = written();
    buffer.bytes[2 * chunkBytes + 500] = (buffer.bytes[2 * chunkBytes + 500] ?? 0) ^ 1;
    const { records, notes } = read(buffer);
    assert.deepEqual(
      records.map(({ kind, first, count, content: kindOfContent }) => [kind, first, count, kindOfContent]),
      [
        [recordKinds.read, 10, 2, contents.data],
        [recordKinds.observe, 12, 1, contents.badBody],
        [recordKinds.observe, 13, 1, contents.data],
      ],
    );
    assert.equal(records[0]?.size, 4 * chunkBytes);
    const [note] = notes;
    assert.equal(note?.kind, 'evidence');
    if (note?.kind !== 'evidence') return;
    assert.deepEqual([note.chunk, note.offset, note.path], [12, 12 * chunkBytes + 500, 'own/0002/d0/f008']);
    assert.equal(note.aroundHex.length, 2 * 512);
    assert.equal(note.aroundHex, buffer.bytes.toString('hex', 2 * chunkBytes + 244, 2 * chunkBytes + 756));
  });

  it('of a file that ends inside a chunk calls that chunk partial', () => {
    const { records } = read(written(), 2 * chunkBytes + 7);
    assert.deepEqual(
      records.map(({ first, count, content: kind }) => [first, count, kind]),
      [
        [10, 2, contents.data],
        [12, 1, contents.partial],
      ],
    );
  });

  it('at the end of a file sees nothing', () => {
    const { records } = read(written(), 0);
    assert.deepEqual([records[0]?.content, records[0]?.count, records[0]?.first], [contents.none, 0, 10]);
  });
});
