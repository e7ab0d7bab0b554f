/**
 * One incarnation of a file, from its creation to its removal: which generation every chunk must hold, as far as the
 * history settles it. An unknown write may land at any later time, so what it touches stays loose for good.
 */
import type { JournalRecord } from '../model/record.ts';
import type { Effect } from './effect.ts';

export interface Life {
  /** The creating worker's operation number; the creator is the tree's owner. */
  readonly operation: number;
  /** Bytes, if `isSizeKnown`. */
  readonly size: number;
  readonly isSizeKnown: boolean;
  /** By chunk, up to the size: the generation of its newest acknowledged write, 0 for zeros that a truncate made. */
  readonly generations: readonly number[];
  /** False after an error that may also have lost earlier writes (of close, or of writing back). */
  readonly isContentKnown: boolean;
  /** Chunks that a write of unknown outcome may change at any time. */
  readonly loose: readonly ChunkRange[];
}

export interface ChunkRange {
  readonly first: number;
  readonly end: number;
}

export interface MutableLife extends Life {
  size: number;
  isSizeKnown: boolean;
  readonly generations: number[];
  isContentKnown: boolean;
  readonly loose: ChunkRange[];
}

export function newLife(operation: number): MutableLife {
  return { operation, size: 0, isSizeKnown: true, generations: [], isContentKnown: true, loose: [] };
}

/** The generation that a chunk must hold (0: zeros), or undefined where the history doesn't say or the file has no such chunk. */
export function settledGeneration(life: Life, chunk: number): number | undefined {
  if (!life.isContentKnown || life.loose.some(({ first, end }) => chunk >= first && chunk < end)) return undefined;
  return life.generations[chunk];
}

export function applyWrite(life: MutableLife, record: JournalRecord, effect: Effect, chunkBytes: number): void {
  const end = record.first + record.count;
  switch (effect) {
    case 'none':
      return;
    case 'unknown':
      life.isSizeKnown = false;
      if (record.errno !== 0) life.isContentKnown = false;
      else loosen(life, { first: record.first, end });
      return;
    case 'done': {
      const written = Math.min(record.count, Math.floor(record.size / chunkBytes));
      fill(life.generations, record.first, written, record.generation);
      life.size = Math.max(life.size, record.first * chunkBytes + Math.min(record.size, record.count * chunkBytes));
      if (written < record.count) {
        // A short count: the rest may still have been written.
        life.isSizeKnown = false;
        loosen(life, { first: record.first + written, end });
      }
    }
  }
}

export function applyTruncate(life: MutableLife, record: JournalRecord, effect: Effect, chunkBytes: number): void {
  switch (effect) {
    case 'none':
      return;
    case 'unknown':
      life.isSizeKnown = false;
      life.isContentKnown = false;
      return;
    case 'done': {
      const chunks = Math.ceil(record.size / chunkBytes);
      if (chunks < life.generations.length) life.generations.length = chunks;
      else fill(life.generations, life.generations.length, chunks - life.generations.length, 0);
      life.size = record.size;
    }
  }
}

/** More loose ranges than this are one question too many: then nothing of the content counts as known. */
const maxLoose = 64;

function loosen(life: MutableLife, range: ChunkRange): void {
  if (life.loose.length >= maxLoose) life.isContentKnown = false;
  else life.loose.push(range);
}

function fill(generations: number[], first: number, count: number, generation: number): void {
  while (generations.length < first) generations.push(0);
  for (let chunk = first; chunk < first + count; chunk++) {
    if (chunk < generations.length) generations[chunk] = generation;
    else generations.push(generation);
  }
}
