/**
 * Operations of all hosts by kind: histograms added, percentiles only from enough samples. Rates are of the time in which
 * every host's stress was under way, from each host's share of it; where there is no such time, each host's own rate counts.
 */
import {
  countOf,
  fromSparse,
  histogramBuckets,
  isPercentileSupported,
  mergeHistograms,
  newHistogram,
  percentile,
  toSparse,
  valueOf,
  type Histogram,
} from '../../model/histogram.ts';
import type { OperationStats } from '../../model/result.ts';
import type { HostOperation, MergedOperation } from '../../model/run.ts';
import { overlapOf, round, shareWithin, stressOf, type HostTiming } from './timing.ts';

export function mergeOperations(timings: readonly HostTiming[]): MergedOperation[] {
  const rates = timings.map(rateOf(timings));
  const names = new Set(timings.flatMap(({ result }) => (result.agent?.operations ?? []).map(({ name }) => name)));
  return [...names].sort().map((name) => mergeKind(name, timings, rates));
}

function mergeKind(name: string, timings: readonly HostTiming[], rates: readonly number[]): MergedOperation {
  const ofHosts = timings.map(({ result }) => (result.agent?.operations ?? []).filter((stats) => stats.name === name));
  const perSecond = ofHosts.map((all, host) => sum(all.map(({ count }) => count)) * (rates[host] ?? 0));
  const all = ofHosts.flat();
  return { ...countsOf(name, all), perSecond: round(sum(perSecond)), ...latenciesOf(all) };
}

/** What one host did in its stress, over all kinds. */
export function totalsOf(
  timings: readonly HostTiming[],
  host: number,
): Record<'operations' | 'errors' | 'bytes' | 'perSecond', number> {
  const timing = timings[host];
  const stats = timing?.result.agent?.operations ?? [];
  const { count, errors, bytes } = countsOf('', stats);
  const rate = timing === undefined ? 0 : rateOf(timings)(timing);
  return { operations: count, errors, bytes, perSecond: round(count * rate) };
}

/** What one host did in its stress, by kind; its rate is of the same time as everybody's, so that rates can be compared. */
export function hostOperations(timings: readonly HostTiming[], host: number): HostOperation[] {
  const timing = timings[host];
  if (timing === undefined) return [];
  const rate = rateOf(timings)(timing);
  const names = [...new Set((timing.result.agent?.operations ?? []).map(({ name }) => name))].sort();
  return names.map((name) => {
    const stats = (timing.result.agent?.operations ?? []).filter((one) => one.name === name);
    const { count, errors } = countsOf(name, stats);
    return { name, count, errors, perSecond: round(count * rate), p99Us: latenciesOf(stats).p99Us };
  });
}

/** Operations a second for every operation of a host's stress. */
function rateOf(timings: readonly HostTiming[]): (timing: HostTiming) => number {
  const overlap = overlapOf(timings);
  return (timing) => {
    if (overlap !== undefined) return (shareWithin(timing, overlap) * 1e9) / (overlap.endNs - overlap.startNs);
    const stress = stressOf(timing.result);
    return stress === undefined || stress.endNs <= stress.startNs ? 0 : 1e9 / (stress.endNs - stress.startNs);
  };
}

function countsOf(
  name: string,
  all: readonly OperationStats[],
): Pick<MergedOperation, 'name' | 'count' | 'errors' | 'errorsByName' | 'bytes'> {
  const byName = new Map<string, number>();
  for (const { errors } of all) {
    for (const [error, count] of Object.entries(errors)) byName.set(error, (byName.get(error) ?? 0) + count);
  }
  return {
    name,
    count: sum(all.map(({ count }) => count)),
    errors: sum([...byName.values()]),
    errorsByName: Object.fromEntries([...byName].sort(([a], [b]) => (a < b ? -1 : 1))),
    bytes: sum(all.map(({ bytes }) => bytes)),
  };
}

function latenciesOf(
  all: readonly OperationStats[],
): Omit<MergedOperation, 'name' | 'count' | 'errors' | 'errorsByName' | 'bytes' | 'perSecond'> {
  const histogram = all.map(({ histogram }) => soundHistogram(histogram)).reduce(mergeHistograms, newHistogram());
  const samples = countOf(histogram);
  const us = (percent: number): number | null => {
    const value = isPercentileSupported(percent, samples) ? percentile(histogram, percent) : undefined;
    return value === undefined ? null : round(value / 1000);
  };
  return {
    minUs: us(0),
    meanUs: samples === 0 ? null : round(meanOf(histogram, samples) / 1000),
    p50Us: us(50),
    p95Us: us(95),
    p99Us: us(99),
    p999Us: us(99.9),
    p9999Us: us(99.99),
    maxUs: us(100),
    histogram: toSparse(histogram),
  };
}

/** A host's histogram without what can't be one: buckets that don't exist, counts that aren't. */
function soundHistogram(pairs: OperationStats['histogram']): Float64Array {
  return fromSparse(
    pairs.filter(
      ([bucket, count]) =>
        Number.isInteger(bucket) &&
        bucket >= 0 &&
        bucket < histogramBuckets &&
        Number.isSafeInteger(count) &&
        count > 0,
    ),
  );
}

function meanOf(histogram: Histogram, samples: number): number {
  let total = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) total += (histogram[bucket] ?? 0) * valueOf(bucket);
  return total / samples;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
