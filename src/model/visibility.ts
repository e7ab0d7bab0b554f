/**
 * How long a change of one host took to be seen by another, as far as clocks tell: never a time, always from `atLeast` to `atMost`.
 * What lies in both is in `atLeast` for how long an old generation was still read, in `atMost` for when the new one had been.
 */
import * as z from 'zod/mini';
import { isPercentileSupported, valueOf } from './histogram.ts';

/** In ns; null where too few changes were seen to say, or (of `atMost`) where not so many were ever seen. */
const spreadSchema = z.object({
  p50Ns: z.nullable(z.number()),
  p99Ns: z.nullable(z.number()),
  maxNs: z.nullable(z.number()),
  /** Pairs of bucket and count, as of other histograms. */
  histogram: z.array(z.tuple([z.number(), z.number()])),
});
export type Spread = z.infer<typeof spreadSchema>;

export const pairVisibilitySchema = z.object({
  writer: z.string(),
  reader: z.string(),
  /** That the reader looked at: each counts once. */
  changes: z.number(),
  /** Of those, how many it still missed when it looked last. */
  unseen: z.number(),
  /** The widest that clocks leave open for one of them. */
  boundNs: z.number(),
  atLeast: spreadSchema,
  atMost: spreadSchema,
});
export type PairVisibility = z.infer<typeof pairVisibilitySchema>;

export const visibilitySchema = z.object({
  /** The worst first, and no more of them than a page bears. */
  pairs: z.array(pairVisibilitySchema),
  pairCount: z.number(),
  /** Changes that were seen, or missed, by hosts whose clocks say nothing. */
  untimed: z.number(),
});
export type Visibility = z.infer<typeof visibilitySchema>;

/** By bucket. */
export type SparseCounts = ReadonlyMap<number, number>;

/** `beyond` of the samples have no value: they are larger than any. */
export function spreadOf(counts: SparseCounts, { maxNs, beyond }: { maxNs: number; beyond: number }): Spread {
  const histogram = [...counts].sort(([a], [b]) => a - b).map(([bucket, count]): [number, number] => [bucket, count]);
  const samples = histogram.reduce((sum, [, count]) => sum + count, beyond);
  const at = (percent: number): number | null => {
    if (!isPercentileSupported(percent, samples)) return null;
    let left = Math.max(1, Math.ceil((percent / 100) * samples));
    for (const [bucket, count] of histogram) {
      left -= count;
      if (left <= 0) return Math.min(valueOf(bucket), maxNs);
    }
    return null;
  };
  return { p50Ns: at(50), p99Ns: at(99), maxNs: beyond > 0 || samples === 0 ? null : maxNs, histogram };
}
