/**
 * One incarnation of a file, from its creation to its removal: which stamp every chunk must carry, as far as the history
 * settles it. An unknown write may land at any later time, so what it touches stays loose for good; an error of a sync
 * or a close takes the certainty from all changes since the last acknowledged sync.
 */
import { recordKinds, type JournalRecord } from '../model/record.ts';
import type { Effect } from './effect.ts';

export interface Life {
  /** The creating worker's operation number; the creator is the tree's owner. */
  readonly operation: number;
  /** Bytes, if `isSizeKnown`. */
  readonly size: number;
  readonly isSizeKnown: boolean;
  /** By chunk, up to the size: the generation of the stamp that it must carry, 0 for zeros that a truncate made. */
  readonly generations: readonly number[];
  /** By chunk: the generation of the change of this file that made it so, the copying of it included. */
  readonly changes: readonly number[];
  /** Later changes may be lost, by an error that was reported after them. */
  readonly trustedUntil: number;
  /** False where more is uncertain than is worth telling apart. */
  readonly isContentKnown: boolean;
  /** Chunks that a change of unknown outcome may alter at any time. */
  readonly loose: readonly ChunkRange[];
  /** Where the file began as a copy of another, and then by chunk of that: whose stamp it carried. */
  readonly copied: Copied | undefined;
  readonly incarnations: readonly number[];
}

/** What a copy began with. */
export interface Copied {
  /** What the copying counts as. */
  readonly generation: number;
  /** The size of the source. */
  readonly chunks: number;
  /** The source, and those whose stamps it carried itself: each with the generation from which on its stamps are too new. */
  readonly ancestors: ReadonlyMap<number, number>;
  /** The incarnation at the beginning of the line of copies, which was none. */
  readonly root: number;
  /** The source was uncertain, or may have lost before it was copied what it reported as lost only later. */
  isDoubted: boolean;
}

export interface ChunkRange {
  readonly first: number;
  readonly end: number;
}

export interface MutableLife extends Life {
  size: number;
  isSizeKnown: boolean;
  readonly generations: number[];
  readonly changes: number[];
  trustedUntil: number;
  isContentKnown: boolean;
  readonly loose: ChunkRange[];
  /** Generations of the newest change, of the newest that set the size, and of the newest that is certainly synced. */
  newest: number;
  sized: number;
  synced: number;
  /** Copies that were made of it, and its newest change then. */
  readonly copies: { readonly life: MutableLife; readonly newest: number }[];
}

export function newLife(operation: number, copied?: Copied, incarnations: readonly number[] = []): MutableLife {
  return {
    operation,
    size: 0,
    isSizeKnown: true,
    generations: [],
    changes: [],
    trustedUntil: Infinity,
    isContentKnown: true,
    loose: [],
    copied,
    incarnations,
    newest: 0,
    sized: 0,
    synced: 0,
    copies: [],
  };
}

/** The generation that a chunk must hold (0: zeros), or undefined where the history doesn't say or the file has no such chunk. */
export function settledGeneration(life: Life, chunk: number): number | undefined {
  if (!life.isContentKnown || (life.changes[chunk] ?? 0) > life.trustedUntil) return undefined;
  if (life.loose.some(({ first, end }) => chunk >= first && chunk < end)) return undefined;
  return life.generations[chunk];
}

/** Whose stamp a chunk must carry, where its generation is settled: what came with a copy carries that of its source. */
export function settledIncarnation({ operation, copied, changes, incarnations }: Life, chunk: number): number {
  const isCopied = copied !== undefined && changes[chunk] === copied.generation;
  return isCopied ? (incarnations[chunk] ?? operation) : operation;
}

/** A write, an append or a truncate. */
export function applyChange(life: MutableLife, record: JournalRecord, effect: Effect, chunkBytes: number): void {
  if (effect === 'none') return;
  if (effect === 'unknown') {
    life.isSizeKnown = false;
    loosen(life, touchedBy(record, chunkBytes));
    return distrust(life);
  }
  life.newest = record.generation;
  if (record.kind === recordKinds.truncate) applyTruncate(life, record, chunkBytes);
  else applyWrite(life, record, chunkBytes);
}

/** Everything before it is kept from now on, as far as it wasn't lost already. */
export function applySync(life: MutableLife, effect: Effect): void {
  if (effect === 'done') life.synced = life.newest;
  else if (effect === 'unknown') distrust(life);
}

/** An error by which any change since the last acknowledged sync may be lost, and so may what copies took of them. */
export function distrust(life: MutableLife): void {
  life.trustedUntil = Math.min(life.trustedUntil, life.synced);
  if (life.sized > life.synced) life.isSizeKnown = false;
  const doubted = life.copies.filter(({ newest }) => newest > life.synced);
  for (let next = doubted.pop(); next !== undefined; next = doubted.pop()) {
    if (next.life.copied?.isDoubted === true) continue;
    if (next.life.copied !== undefined) next.life.copied.isDoubted = true;
    next.life.isContentKnown = false;
    next.life.isSizeKnown = false;
    doubted.push(...next.life.copies);
  }
}

/** The file is gone; what was copied of it may still come to doubt. */
export function forget(life: MutableLife): void {
  life.generations.length = life.changes.length = 0;
}

/** What a change of unknown outcome may do at any later time. */
function touchedBy(record: JournalRecord, chunkBytes: number): ChunkRange {
  return record.kind === recordKinds.truncate
    ? { first: Math.floor(record.size / chunkBytes), end: Infinity }
    : { first: record.first, end: record.first + record.count };
}

function applyWrite(life: MutableLife, record: JournalRecord, chunkBytes: number): void {
  const end = record.first + record.count;
  const written = Math.min(record.count, Math.floor(record.size / chunkBytes));
  fill(life, { first: record.first, end: record.first + written }, record.generation);
  const size = record.first * chunkBytes + Math.min(record.size, record.count * chunkBytes);
  if (size > life.size) {
    life.size = size;
    life.sized = record.generation;
  }
  if (written < record.count) {
    // A short count: the rest may still have been written.
    life.isSizeKnown = false;
    loosen(life, { first: record.first + written, end });
  }
}

function applyTruncate(life: MutableLife, record: JournalRecord, chunkBytes: number): void {
  const chunks = Math.ceil(record.size / chunkBytes);
  if (chunks < life.generations.length) life.generations.length = life.changes.length = chunks;
  else extend(life, chunks, record.generation);
  life.size = record.size;
  life.sized = record.generation;
}

/** More loose ranges than this are one question too many: then nothing of the content counts as known. */
const maxLoose = 64;

function loosen(life: MutableLife, range: ChunkRange): void {
  if (life.loose.length >= maxLoose) life.isContentKnown = false;
  else life.loose.push(range);
}

function fill(life: MutableLife, { first, end }: ChunkRange, generation: number): void {
  extend(life, first, generation);
  for (let chunk = first; chunk < end; chunk++) {
    if (chunk < life.generations.length) life.generations[chunk] = life.changes[chunk] = generation;
    else {
      life.generations.push(generation);
      life.changes.push(generation);
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
