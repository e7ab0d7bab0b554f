/**
 * The records of a run, or of a part of it, tree by tree: those about one worker's tree, or about an arena, from whatever host,
 * are a complete sub-history, and lie one after another in one typed array. No object is kept for any.
 */
import { ownerOfArena, arenas } from '../../model/namespace.ts';
import { layout, readRecord, type JournalRecord, type RecordViews } from '../../model/record.ts';

/** The journal block that records come from: one worker, one phase, in program order. */
export interface Segment {
  readonly host: number;
  /** Run-wide number. */
  readonly worker: number;
  readonly phase: number;
  readonly views: RecordViews;
  /** When the block was written, on the host's clock: what has no answer in it had none then. */
  readonly writtenNs: number;
  /** Id of the record at place 0 of the views; ids of the others follow. */
  readonly firstId: number;
}

/** The records of one block, and no others in its views. */
export interface BlockSegment extends Segment {
  readonly count: number;
}

/** Records of one block about one tree, which have ids that follow each other: from `start` to before `end`. */
export interface Slice {
  readonly segment: Segment;
  readonly start: number;
  readonly end: number;
}

export type Visitor = (segment: Segment, at: number) => void;

/** A record together with who wrote it. */
export interface Entry {
  readonly id: number;
  readonly host: number;
  readonly worker: number;
  readonly phase: number;
  readonly record: JournalRecord;
}

export interface RecordLog {
  /** Block by block, as the journals have them: what claims about hosts look at. A part of a run that is about trees has none. */
  readonly segments: readonly BlockSegment[];
  readonly records: number;
  /** Workers about whose trees there are records, and how many. */
  readonly trees: ReadonlyMap<number, number>;
  /** Of all records that are kept: an id is a place in them. */
  readonly views: RecordViews;
  /** Every record about one owner's tree (or one arena, see ownerOfArena), of the segments and tags (a kindTable) that are wanted; each worker's in program order. */
  visit(owner: number, visitor: Visitor, isWanted?: (segment: Segment) => boolean, tags?: Uint8Array): void;
  /** The same for those who look through a column of numbers: their ids. */
  places(owner: number, isWanted?: (segment: Segment) => boolean, tags?: Uint8Array): Uint32Array;
  /** The same for those who look at each record of a tree where it lies: block by block. */
  slices(owner: number, isWanted?: (segment: Segment) => boolean): readonly Slice[];
  /** Of every record: its kind and outcome, see kinds.ts. */
  readonly tags: Uint8Array;
  /** The records about one owner's tree have ids that follow each other, from this one on. */
  firstOf(owner: number): number;
  entry(id: number): Entry | undefined;
}

export function entryAt(segment: Segment, at: number): Entry {
  return {
    id: segment.firstId + at,
    host: segment.host,
    worker: segment.worker,
    phase: segment.phase,
    record: readRecord(segment.views, at),
  };
}

/** Workers by number, then the arenas: the order in which everything is looked at, and told. */
export function rowCount(owners: number): number {
  return owners + arenas.length;
}

/** The row of an owner. Records about no planned tree have none. */
export function rowOf(owner: number, owners: number): number | undefined {
  if (owner < owners) return owner;
  const arena = owner - ownerOfArena(arenas[0]);
  return arena >= 0 && arena < arenas.length ? owners + arena : undefined;
}

/** Whose row it is. */
export function ownerOfRow(row: number, owners: number): number {
  return row < owners ? row : ownerOfArena(arenas[0]) + row - owners;
}

/** Rows from `first` to before `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** Adds to the number of records of each row. */
export function countRows(
  counts: Float64Array,
  { views, count }: Pick<BlockSegment, 'views' | 'count'>,
  owners: number,
): void {
  for (let at = 0; at < count; at++) {
    const row = rowOf(ownerOf(views, at), owners);
    if (row !== undefined) counts[row] = (counts[row] ?? 0) + 1;
  }
}

/** Whose tree, or which arena, a record is about. */
export function ownerOf({ u16 }: RecordViews, at: number): number {
  return u16[at * 32 + layout.owner] ?? 0;
}
