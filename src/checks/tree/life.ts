/**
 * One incarnation of a file, from its creation to its removal: which stamp every chunk must carry, as far as the history
 * settles it. An unknown write may land at any later time, so what it touches stays loose for good; an error of a sync
 * or a close takes the certainty from all changes since the last acknowledged sync.
 */
import type { ChunkEnd } from './classify.ts';
import { syncDurable, type Durable, type MutableDurable } from './durable.ts';
import type { Effect } from '../journal/effect.ts';

export interface Life {
  /** The creating worker's operation number; the creator is the tree's owner. */
  readonly operation: number;
  /** Bytes, if `isSizeKnown`. */
  readonly size: number;
  readonly isSizeKnown: boolean;
  /** By chunk, up to the size: the generation of the stamp that it must carry, 0 for zeros that a truncate, an allocation or a hole made. */
  readonly generations: readonly number[];
  /** By chunk: the generation of the change of this file that made it so, the copying of it included. */
  readonly changes: readonly number[];
  /** By chunk: where the file once ended inside it, if it wasn't written since. Behind that there is nothing, or zeros. */
  readonly cuts: ReadonlyMap<number, Cut>;
  /** Later changes may be lost, by an error that was reported after them. */
  readonly trustedUntil: number;
  /** False where more is uncertain than is worth telling apart. */
  readonly isContentKnown: boolean;
  /** Chunks that a change of unknown outcome may alter at any time. */
  readonly loose: readonly ChunkRange[];
  /** Where the file began as a copy of another, and then by chunk of that: whose stamp it carried. */
  readonly copied: Copied | undefined;
  readonly incarnations: readonly number[];
  /** Kept where the file system crashed after the stress. */
  readonly durable: Durable | undefined;
  /** Of the newest change that is certainly synced: its generation. */
  readonly synced: number;
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

/** `change` is the generation of the change that made it. */
export interface Cut {
  readonly end: number;
  readonly change: number;
}

export interface ChunkRange {
  readonly first: number;
  readonly end: number;
}

export interface MutableLife extends Life {
  size: number;
  isSizeKnown: boolean;
  generations: number[];
  changes: number[];
  cuts: Map<number, Cut>;
  trustedUntil: number;
  isContentKnown: boolean;
  loose: readonly ChunkRange[];
  durable: MutableDurable | undefined;
  /** Generations of the newest change, of the newest that set the size, and of the newest that is certainly synced. */
  newest: number;
  sized: number;
  synced: number;
  /** It is certainly gone. */
  isOver: boolean;
  /** Among all files of the tree. */
  place: number;
  /** The last one that was noted. */
  lastSize: number;
  /** Copies that were made of it, and its newest change then. */
  copies: { readonly life: MutableLife; readonly newest: number }[];
}

/** Of nearly all files. Nothing is ever put into them. */
const noCuts = new Map<number, Cut>();
const noRanges: readonly ChunkRange[] = [];
const noChunks: number[] = [];
const noCopies: MutableLife['copies'] = [];
const noIncarnations: readonly number[] = [];

export function newLife(operation: number, copied?: Copied, incarnations = noIncarnations): MutableLife {
  return {
    operation,
    size: 0,
    isSizeKnown: true,
    generations: [],
    changes: [],
    cuts: noCuts,
    trustedUntil: Infinity,
    isContentKnown: true,
    loose: noRanges,
    copied,
    incarnations,
    durable: undefined,
    newest: 0,
    sized: 0,
    synced: 0,
    isOver: false,
    place: 0,
    lastSize: 0,
    copies: noCopies,
  };
}

export function noteCopy(source: MutableLife, copy: MutableLife): void {
  if (source.copies === noCopies) source.copies = [];
  source.copies.push({ life: copy, newest: source.newest });
}

export function noteCut(life: MutableLife, chunk: number, cut: Cut): void {
  if (life.cuts === noCuts) life.cuts = new Map();
  life.cuts.set(chunk, cut);
}

/** The generation that a chunk must hold (0: zeros), or undefined where the history doesn't say or the file has no such chunk. */
export function settledGeneration(life: Life, chunk: number): number | undefined {
  if (!life.isContentKnown || changeOf(life, chunk) > life.trustedUntil) return undefined;
  if (life.loose.length > 0 && life.loose.some(({ first, end }) => chunk >= first && chunk < end)) return undefined;
  return life.generations[chunk];
}

/** The newest change of a chunk; a cut changes it too. */
export function changeOf({ changes, cuts }: Life, chunk: number): number {
  return Math.max(changes[chunk] ?? 0, cuts.get(chunk)?.change ?? 0);
}

/** Where a chunk's own bytes end. */
export function endOf(life: Life | undefined, chunk: number, chunkBytes: number): ChunkEnd {
  return { end: life?.cuts.get(chunk)?.end ?? chunkBytes, chunkBytes };
}

/** Whose stamp a chunk must carry, where its generation is settled: what came with a copy carries that of its source. */
export function settledIncarnation({ operation, copied, changes, incarnations }: Life, chunk: number): number {
  const isCopied = copied !== undefined && changes[chunk] === copied.generation;
  return isCopied ? (incarnations[chunk] ?? operation) : operation;
}

/** Everything before it is kept from now on, as far as it wasn't lost already. */
export function applySync(life: MutableLife, effect: Effect, id: number): void {
  if (effect === 'done') {
    life.synced = life.newest;
    if (life.durable !== undefined) syncDurable(life.durable, { size: life.size, by: id });
  }
  if (effect === 'unknown') distrust(life);
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
  life.generations = noChunks;
  life.changes = noChunks;
  life.cuts = noCuts;
}
