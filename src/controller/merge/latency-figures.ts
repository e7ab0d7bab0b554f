/** The figures of latencies, from a histogram or from every single one; none where too few samples leave it open. */
import {
  countOf,
  isPercentileSupported,
  percentile,
  toSparse,
  valueOf,
  type Histogram,
  type SparseHistogram,
} from '../../model/histogram.ts';
import type { Latencies } from '../../model/run.ts';
import { nearestRank } from '../../model/samples.ts';
import type { HistogramColumns } from './result/columns.ts';
import { round } from './round.ts';

export function histogramFigures(histogram: Histogram): Latencies {
  const samples = countOf(histogram);
  const meanNs = samples === 0 ? null : meanOf(histogram, samples);
  return figures({
    samples,
    meanNs,
    atNs: (percent) => percentile(histogram, percent),
    histogram: toSparse(histogram),
  });
}

/** The p99 alone, of one host's histogram as it is: its buckets rise. In microseconds, null of too few samples. */
export function p99UsOf({ buckets, counts }: HistogramColumns): number | null {
  const samples = countOf(counts);
  if (!isPercentileSupported(99, samples)) return null;
  const rank = Math.ceil(0.99 * samples);
  let place = 0;
  for (let upTo = counts[0] ?? 0; upTo < rank; upTo += counts[place] ?? 0) place++;
  return round(valueOf(buckets[place] ?? 0) / 1000);
}

/** `seconds`: sorted. The histogram is the same without what only single measurements tell. */
export function exactFigures(seconds: Float64Array, histogram: SparseHistogram): Latencies {
  const { length: samples } = seconds;
  const meanNs = samples === 0 ? null : (seconds.reduce((sum, one) => sum + one, 0) / samples) * 1e9;
  const atNs = (percent: number): number | undefined => {
    const value = nearestRank(seconds, percent);
    return value === undefined ? undefined : value * 1e9;
  };
  return figures({ samples, meanNs, atNs, histogram });
}

function figures(of: {
  readonly samples: number;
  readonly meanNs: number | null;
  readonly atNs: (percent: number) => number | undefined;
  readonly histogram: SparseHistogram;
}): Latencies {
  const us = (percent: number): number | null => {
    const value = isPercentileSupported(percent, of.samples) ? of.atNs(percent) : undefined;
    return value === undefined ? null : round(value / 1000);
  };
  return {
    minUs: us(0),
    meanUs: of.meanNs === null ? null : round(of.meanNs / 1000),
    p50Us: us(50),
    p95Us: us(95),
    p99Us: us(99),
    p999Us: us(99.9),
    p9999Us: us(99.99),
    maxUs: us(100),
    histogram: of.histogram,
  };
}

function meanOf(histogram: Histogram, samples: number): number {
  let total = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) total += (histogram[bucket] ?? 0) * valueOf(bucket);
  return total / samples;
}
