/** What a write, an append, a truncate, an allocation or a hole makes of a file, chunk by chunk. */
import { recordKinds, type JournalRecord } from '../../model/record.ts';
import { truncateDurable, writeDurable } from './durable.ts';
import type { Effect } from '../journal/effect.ts';
import { distrust, noteCut, type ChunkRange, type Cut, type MutableLife } from './life.ts';
import { storedChunks } from '../journal/puts.ts';

export function applyChange(life: MutableLife, record: JournalRecord, effect: Effect, chunkBytes: number): void {
  if (effect === 'none') return;
  if (effect === 'unknown') {
    life.isSizeKnown = false;
    loosen(life, touchedBy(record, chunkBytes));
    return distrust(life);
  }
  life.newest = record.generation;
  switch (record.kind) {
    case recordKinds.truncate:
      return applyTruncate(life, record, chunkBytes);
    case recordKinds.punchHole:
      punch(life, record);
      return grow(life, record, chunkBytes);
    case recordKinds.fallocate:
      return grow(life, record, chunkBytes);
    default:
      return applyWrite(life, record, chunkBytes);
  }
}

/** What a change of unknown outcome may do at any later time. */
function touchedBy(record: JournalRecord, chunkBytes: number): ChunkRange {
  return record.kind === recordKinds.truncate
    ? { first: Math.floor(record.size / chunkBytes), end: Infinity }
    : { first: record.first, end: record.first + record.count };
}

function applyWrite(life: MutableLife, record: JournalRecord, chunkBytes: number): void {
  const end = record.first + record.count;
  const written = storedChunks(record, chunkBytes);
  const range = { first: record.first, end: record.first + written };
  const size = record.first * chunkBytes + Math.min(record.size, record.count * chunkBytes);
  if (life.durable !== undefined) {
    const { generations } = life;
    writeDurable(life.durable, range, { generations, size: Math.max(size, life.size), writtenTo: size });
  }
  fill(life, range, record.generation);
  if (size > life.size) {
    life.size = size;
    life.sized = record.generation;
  }
  if (written === record.count && record.target > 0) cutLast(life, record, { chunk: end - 1, size });
  else if (written < record.count) {
    // A short count: the rest may still have been written.
    life.isSizeKnown = false;
    loosen(life, { first: record.first + written, end });
  }
}

function applyTruncate(life: MutableLife, record: JournalRecord, chunkBytes: number): void {
  const chunks = Math.ceil(record.size / chunkBytes);
  const old = life.generations.length;
  const { size } = record;
  if (life.durable !== undefined)
    truncateDurable(life.durable, { size, from: Math.min(chunks, old), to: Math.max(chunks, old) });
  if (chunks < old) cutTo(life, chunks);
  else extend(life, chunks, record.generation);
  if (life.cuts.size > 0) for (const chunk of life.cuts.keys()) if (chunk >= chunks) life.cuts.delete(chunk);
  if (record.size < life.size && record.size % chunkBytes > 0) {
    cut(life, chunks - 1, { end: record.size % chunkBytes, change: record.generation });
  }
  life.size = record.size;
  life.sized = record.generation;
}

/** One by one: nearly all files have few chunks, and setting a length takes longer. */
function cutTo({ generations, changes }: MutableLife, chunks: number): void {
  while (generations.length > chunks) {
    generations.pop();
    changes.pop();
  }
}

/** Behind the end there is nothing to become zeros. */
function punch(life: MutableLife, { first, count, generation }: JournalRecord): void {
  const end = Math.min(first + count, life.generations.length);
  for (let chunk = first; chunk < end; chunk++) {
    life.cuts.delete(chunk);
    life.generations[chunk] = 0;
    life.changes[chunk] = generation;
  }
}

/** To at least the size of the record, with zeros. */
function grow(life: MutableLife, { size, generation }: JournalRecord, chunkBytes: number): void {
  if (size <= life.size) return;
  extend(life, Math.ceil(size / chunkBytes), generation);
  life.size = size;
  life.sized = generation;
}

/** What isn't the file's end goes on as it was before, which nobody here keeps account of. */
function cutLast(
  life: MutableLife,
  { generation, target }: JournalRecord,
  { chunk, size }: { readonly chunk: number; readonly size: number },
): void {
  if (size < life.size) loosen(life, { first: chunk, end: chunk + 1 });
  else cut(life, chunk, { end: target, change: generation });
}

/** Zeros stay zeros. */
function cut(life: MutableLife, chunk: number, { end, change }: Cut): void {
  if ((life.generations[chunk] ?? 0) === 0) return;
  noteCut(life, chunk, { end: Math.min(end, life.cuts.get(chunk)?.end ?? end), change });
}

/** More loose ranges than this are one question too many: then nothing of the content counts as known. */
const maxLoose = 64;

function loosen(life: MutableLife, range: ChunkRange): void {
  if (life.loose.length >= maxLoose) life.isContentKnown = false;
  else life.loose = [...life.loose, range];
}

function fill(life: MutableLife, { first, end }: ChunkRange, generation: number): void {
  extend(life, first, generation);
  const { generations, changes, cuts } = life;
  if (cuts.size > 0) for (let chunk = first; chunk < end; chunk++) cuts.delete(chunk);
  for (let chunk = first; chunk < end; chunk++) {
    if (chunk < generations.length) generations[chunk] = changes[chunk] = generation;
    else {
      generations.push(generation);
      changes.push(generation);
    }
  }
}

/** With zeros. */
function extend(life: MutableLife, chunks: number, change: number): void {
  while (life.generations.length < chunks) {
    life.generations.push(0);
    life.changes.push(change);
  }
}
