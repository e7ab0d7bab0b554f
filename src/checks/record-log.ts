/**
 * All records of a run, left in the typed arrays in which they arrived, with an index by owner: the records about one
 * worker's tree, from whatever host, are a complete sub-history. Four bytes a record, and no object kept for any.
 */
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
  /** Every record about one owner's tree, of the segments that are wanted; each worker's in program order. */
  visit(owner: number, visitor: Visitor, isWanted?: (segment: Segment) => boolean): void;
  entry(id: number): Entry | undefined;
}

export function indexRecords(segments: readonly Segment[], owners: number): RecordLog {
  const records = segments.reduce((sum, segment) => sum + segment.count, 0);
  const starts = ownerStarts(segments, owners);
  const ids = sortByOwner({ segments, owners, records, starts });
  return {
    segments,
    records,
    visit(owner, visitor, isWanted = () => true) {
      const end = starts[owner + 1] ?? 0;
      let place = 0;
      for (let at = starts[owner] ?? 0; at < end;) {
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

/** Where each owner's ids start: a counting sort keeps the order within an owner. Records about no planned tree fall out. */
function ownerStarts(segments: readonly Segment[], owners: number): Float64Array {
  const starts = new Float64Array(owners + 1);
  for (const segment of segments) {
    for (let at = 0; at < segment.count; at++) {
      const owner = ownerOf(segment, at);
      if (owner < owners) starts[owner + 1] = (starts[owner + 1] ?? 0) + 1;
    }
  }
  for (let owner = 0; owner < owners; owner++) starts[owner + 1] = (starts[owner + 1] ?? 0) + (starts[owner] ?? 0);
  return starts;
}

function sortByOwner(input: {
  readonly segments: readonly Segment[];
  readonly owners: number;
  readonly records: number;
  readonly starts: Float64Array;
}): Uint32Array {
  const ids = new Uint32Array(input.records);
  const next = input.starts.slice();
  for (const segment of input.segments) {
    for (let at = 0; at < segment.count; at++) {
      const owner = ownerOf(segment, at);
      if (owner >= input.owners) continue;
      const place = next[owner] ?? 0;
      ids[place] = segment.firstId + at;
      next[owner] = place + 1;
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
