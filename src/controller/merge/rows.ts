/**
 * How many records a journal has of each tree and arena. In memory that threads share: with a thousand hosts that read each other's
 * trees there are millions of numbers, and every thread is told all of them.
 */
import type { RowRange } from '../../checks/journal/record-log.ts';

/** Of the rows that have any, which rise. */
export interface RowCounts {
  readonly rows: Uint32Array;
  readonly counts: Uint32Array;
}

export function rowsWithAny(all: Float64Array): RowCounts {
  const rows = sharedColumn(Array.from(all.keys()).filter((row) => all[row] !== 0));
  return { rows, counts: sharedColumn(Array.from(rows, (row) => all[row] ?? 0)) };
}

export function hasAny({ rows }: RowCounts, { first, end }: RowRange): boolean {
  return (rows[firstNotBelow(rows, first, { first: 0, end: rows.length })] ?? Infinity) < end;
}

export function sharedColumn(numbers: readonly number[]): Uint32Array {
  const column = new Uint32Array(new SharedArrayBuffer(numbers.length * 4));
  column.set(numbers);
  return column;
}

/** The first place, in a stretch of rising numbers, of one that isn't below another. */
export function firstNotBelow(rising: Uint32Array, least: number, { first, end }: RowRange): number {
  let [low, high] = [first, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? Infinity) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
