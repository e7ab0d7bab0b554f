/** The reads of one incarnation of a file during stress, and what it takes to call one of them stale, or too new. */
import { writeAt, type FileChanges } from '../tree/registers.ts';
import type { StressReads } from './stress-reads.ts';

export type StaleCode = 'D12' | 'D13' | 'D14' | 'D15' | 'V01' | 'V02';

/** One read of one chunk. */
export interface StaleRead {
  readonly code: StaleCode;
  /** Id of the record of the read. */
  readonly id: number;
  readonly incarnation: number;
  readonly chunk: number;
  readonly generation: number;
  /** The change that was newer, and id of what shows that it had to be seen: the change itself, or an earlier read. D15: the write of what was seen. */
  readonly change: number;
  readonly newerGeneration: number;
  readonly shownBy: number;
  /** Only the clocks of two hosts say so, of what nobody could have seen. */
  readonly isSuspect: boolean;
}

/** Of one tree; a file system with more has been convicted already. */
export const maxStaleReads = 10_000;

/** The reads of one incarnation. */
export interface FileReads {
  readonly reads: StressReads;
  /** Places in the columns: from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
  readonly changes: FileChanges;
  /** By place: a read that is stale isn't judged as non-monotonic again. */
  readonly isConvicted: Uint8Array;
  /** By place: a read that saw the future shows nothing that others had to see. */
  readonly sawFuture: Uint8Array;
  readonly found: StaleRead[];
}

/** What may still land, or may never have been written, is never called old. */
export function convict(
  { reads, changes, isConvicted, sawFuture, found }: FileReads,
  stale: { code: StaleCode; place: number; chunk: number; change: number; shownBy: number; isSuspect?: boolean },
): void {
  const { code, place, chunk, change, shownBy, isSuspect = false } = stale;
  const generation = reads.generations[place] ?? 0;
  if (found.length >= maxStaleReads || writeAt(changes, chunk, generation) === undefined) return;
  isConvicted[place] = 1;
  if (code === 'D15') sawFuture[place] = 1;
  found.push({
    code,
    id: reads.ids[place] ?? 0,
    incarnation: changes.incarnation,
    chunk,
    generation,
    change: changes.columns.ids[change] ?? 0,
    newerGeneration: changes.columns.generations[change] ?? 0,
    shownBy,
    isSuspect,
  });
}

export function placesOf({ start, end }: FileReads): Uint32Array {
  return Uint32Array.from({ length: end - start }, (_, at) => start + at);
}

/** Chunks that were ever read. */
export function widthOf({ reads: { ends }, start, end }: FileReads): number {
  let width = 0;
  for (let place = start; place < end; place++) width = Math.max(width, ends[place] ?? 0);
  return width;
}

/** Infinity has no difference from itself. */
export function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Parts of sorted places that have the same value in a column. */
export function splitWhere(places: Uint32Array, column: Uint32Array): readonly Uint32Array[] {
  const parts: Uint32Array[] = [];
  let start = 0;
  for (let at = 1; at <= places.length; at++) {
    if (at < places.length && column[places[at] ?? 0] === column[places[start] ?? 0]) continue;
    parts.push(places.subarray(start, at));
    start = at;
  }
  return parts;
}
