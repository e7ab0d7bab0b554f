/**
 * Every single measurement of one operation, in columns: 17 bytes each, so that millions fit and all figures of them are
 * exact. Seconds, as result files write them: a 0.0005 in the file is the same number here.
 */
import { bucketOf, newHistogram, toSparse, type SparseHistogram } from './histogram.ts';

export const outcomes = ['success', 'failure', 'error'] as const;
export type Outcome = (typeof outcomes)[number];

/** Columns of the same length, in the order of the file. */
export interface Samples {
  /** Since 1970. */
  readonly startSeconds: Float64Array;
  readonly seconds: Float64Array;
  /** Positions in `outcomes`. */
  readonly outcomes: Uint8Array;
}

/** A new array of all of them. */
export function pooled(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A value that so many percent are no larger than; undefined of none. */
export function nearestRank(sorted: Float64Array, percent: number): number | undefined {
  return sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1];
}

/** The same without what only single measurements tell: when each was, and how it ended. */
export function histogramOf(samples: Samples): SparseHistogram {
  const histogram = newHistogram();
  for (const seconds of samples.seconds) {
    const bucket = bucketOf(seconds * 1e9);
    histogram[bucket] = (histogram[bucket] ?? 0) + 1;
  }
  return toSparse(histogram);
}
