/**
 * Operations of all hosts by kind: histograms added, percentiles only from enough samples. Rates are of the time in which
 * every host's stress was under way, from each host's share of it; where there is no such time, each host's own rate counts.
 */
import { newHistogram, toSparse } from '../../model/histogram.ts';
import type { HostOperation, Latencies, MergedOperation } from '../../model/run.ts';
import { sum } from '../../model/sum.ts';
import { histogramFigures, p99UsOf } from './latency-figures.ts';
import { histogramColumns, type HistogramColumns } from './result/columns.ts';
import type { FoldedOperation, FoldedResult } from './result/folded-result.ts';
import { round } from './round.ts';
import { overlapOf, sharesWithin, stressOf, type HostTiming } from './timing.ts';

/** Operations a second for every operation of its stress, of each host. */
export function ratesOf(timings: readonly HostTiming[]): readonly number[] {
  const overlap = overlapOf(timings);
  return timings.map((timing) => {
    if (overlap !== undefined)
      return (sharesWithin(timing, overlap).operations * 1e9) / (overlap.endNs - overlap.startNs);
    const stress = stressOf(timing.result);
    return stress === undefined || stress.endNs <= stress.startNs ? 0 : 1e9 / (stress.endNs - stress.startNs);
  });
}

export function mergeOperations(timings: readonly HostTiming[], rates: readonly number[]): MergedOperation[] {
  const names = new Set(timings.flatMap(({ result }) => (result.agent?.operations ?? []).map(({ name }) => name)));
  return [...names].sort().map((name) => mergeKind(name, timings, rates));
}

function mergeKind(name: string, timings: readonly HostTiming[], rates: readonly number[]): MergedOperation {
  const ofHosts = timings.map(({ result }) => (result.agent?.operations ?? []).filter((stats) => stats.name === name));
  const perSecond = ofHosts.map((all, host) => sum(all.map(({ count }) => count)) * (rates[host] ?? 0));
  const all = ofHosts.flat();
  const isPaced = all.some(({ response }) => response !== undefined);
  const service = latenciesOf(all.map(({ histogram }) => histogram));
  return {
    ...countsOf(name, all),
    perSecond: round(sum(perSecond)),
    ...(isPaced ? { ...latenciesOf(responsesOf(all)), service } : service),
  };
}

/** What one host did in its stress, over all kinds. `rate`: its own of ratesOf. */
export function totalsOf(
  { agent }: FoldedResult,
  rate: number,
): Record<'operations' | 'errors' | 'bytes' | 'perSecond', number> {
  const { count, errors, bytes } = countsOf('', agent?.operations ?? []);
  return { operations: count, errors, bytes, perSecond: round(count * rate) };
}

/** What one host did in its stress, by kind; its rate is of the same time as everybody's, so that rates can be compared. */
export function hostOperations({ agent }: FoldedResult, rate: number): HostOperation[] {
  const operations = agent?.operations ?? [];
  const names = [...new Set(operations.map(({ name }) => name))].sort();
  return names.map((name) => {
    const stats = operations.filter((one) => one.name === name);
    const { count, errors } = countsOf(name, stats);
    return { name, count, errors, perSecond: round(count * rate), p99Us: p99UsOf(joined(responsesOf(stats))) };
  });
}

function countsOf(
  name: string,
  all: readonly FoldedOperation[],
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

/** A host that paced nothing has its service times. */
function responsesOf(all: readonly FoldedOperation[]): readonly HistogramColumns[] {
  return all.map(({ histogram, response = histogram }) => response);
}

function latenciesOf(all: readonly HistogramColumns[]): Latencies {
  return histogramFigures(added(all));
}

/** A host mostly says one of a kind, in order. */
function joined(all: readonly HistogramColumns[]): HistogramColumns {
  const [only] = all;
  const isInOrder = only?.buckets.every((bucket, at) => at === 0 || bucket > (only.buckets[at - 1] ?? 0));
  return only !== undefined && all.length === 1 && isInOrder === true ? only : histogramColumns(toSparse(added(all)));
}

function added(all: readonly HistogramColumns[]): Float64Array {
  const histogram = newHistogram();
  for (const { buckets, counts } of all) {
    for (let at = 0; at < buckets.length; at++) {
      const bucket = buckets[at] ?? 0;
      histogram[bucket] = (histogram[bucket] ?? 0) + (counts[at] ?? 0);
    }
  }
  return histogram;
}
