/**
 * All records of a run, left in the typed arrays in which they arrived, with an index by owner: the records about one
 * worker's tree, or about an arena, from whatever host, are a complete sub-history. Four bytes a record, and no object kept
 * for any.
 */
import { arenas, ownerOfArena } from '../model/namespace.ts';
import { layout, readRecord, type JournalRecord, type RecordViews } from '../model/record.ts';

/** The records of one journal block: one worker, one phase, in program order. */
export interface Segment {
  readonly host: number;
  /** Run-wide number. */
  readonly worker: number;
  readonly phase: number;
  readonly views: RecordViews;
  readonly count: number;
  /** When the block was written, on the host's clock: what has no answer in it had none then. */
  readonly writtenNs: number;
  /** Id of the first record; ids of the others follow. */
  readonly firstId: number;
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
  readonly segments: readonly Segment[];
  readonly records: number;
  /** Every record about one owner's tree (or one arena, see ownerOfArena), of the segments that are wanted; each worker's in program order. */
  visit(owner: number, visitor: Visitor, isWanted?: (segment: Segment) => boolean): void;
  entry(id: number): Entry | undefined;
}

export function indexRecords(segments: readonly Segment[], owners: number): RecordLog {
  const records = segments.reduce((sum, segment) => sum + segment.count, 0);
  const starts = rowStarts(segments, owners);
  const ids = sortByRow({ segments, owners, records, starts });
  return {
    segments,
    records,
    visit(owner, visitor, isWanted = () => true) {
      const row = rowOf(owner, owners);
      if (row === undefined) return;
      const end = starts[row + 1] ?? 0;
      let place = 0;
      for (let at = starts[row] ?? 0; at < end;) {
        while (endOf(segments[place]) <= (ids[at] ?? 0)) place++;
        const segment = segments[place];
        if (segment === undefined) return;
        const past = endOf(segment);
        if (isWanted(segment)) {
          for (; at < end && (ids[at] ?? 0) < past; at++) visitor(segment, (ids[at] ?? 0) - segment.firstId);
        } else while (at < end && (ids[at] ?? 0) < past) at++;
      }
    },
    entry(id) {
      const segment = segments[placeOf(segments, id)];
      return segment === undefined || id >= endOf(segment) ? undefined : entryAt(segment, id - segment.firstId);
    },
  };
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

function ownerOf(segment: Segment, at: number): number {
  return segment.views.u16[at * 32 + layout.owner] ?? 0;
}

/** The place of an owner in the index: workers by number, then the arenas. Records about no planned tree have none. */
function rowOf(owner: number, owners: number): number | undefined {
  if (owner < owners) return owner;
  const arena = owner - ownerOfArena(arenas[0]);
  return arena >= 0 && arena < arenas.length ? owners + arena : undefined;
}

/** Where each row's ids start: a counting sort keeps the order within a row. */
function rowStarts(segments: readonly Segment[], owners: number): Float64Array {
  const rows = owners + arenas.length;
  const starts = new Float64Array(rows + 1);
  for (const segment of segments) {
    for (let at = 0; at < segment.count; at++) {
      const row = rowOf(ownerOf(segment, at), owners);
      if (row !== undefined) starts[row + 1] = (starts[row + 1] ?? 0) + 1;
    }
  }
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  return starts;
}

function sortByRow(input: {
  readonly segments: readonly Segment[];
  readonly owners: number;
  readonly records: number;
  readonly starts: Float64Array;
}): Uint32Array {
  const ids = new Uint32Array(input.records);
  const next = input.starts.slice();
  for (const segment of input.segments) {
    for (let at = 0; at < segment.count; at++) {
      const row = rowOf(ownerOf(segment, at), input.owners);
      if (row === undefined) continue;
      const place = next[row] ?? 0;
      ids[place] = segment.firstId + at;
      next[row] = place + 1;
    }
  }
  return ids;
}

function endOf(segment: Segment | undefined): number {
  return segment === undefined ? Infinity : segment.firstId + segment.count;
}

/** The last segment that starts at or before an id; empty segments share their start with the next one. */
function placeOf(segments: readonly Segment[], id: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.firstId ?? Infinity) <= id) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
