/**
 * Latencies of several results as one. All single ones are known: exact. Histograms: added. Percentiles alone can't be made
 * those of all together, and averaging them would be wrong, so it is said that they can't, and whose they are.
 */
import { fromSparse, newHistogram } from '../../../model/histogram.ts';
import { isMergeable } from '../../../model/measured-traits.ts';
import type { Latency, Summary } from '../../../model/measured.ts';
import { foldNodeSet } from '../../../model/nodeset.ts';
import type { Latencies, MergedOperation } from '../../../model/run.ts';
import { histogramOf, pooled } from '../../../model/samples.ts';
import { exactFigures, histogramFigures } from '../latency-figures.ts';
import { round } from '../round.ts';
import type { HeldOperation } from './held-result.ts';

/** One result's part of an operation. */
export interface OperationPart {
  /** Its name. */
  readonly host: string;
  readonly operation: HeldOperation;
}

type Told = Latencies & Pick<MergedOperation, 'latencyOf' | 'otherLatencies' | 'notMergeable' | 'isExact'>;

const order = ['total', 'completion', 'submission'] as const;

/** Of a tool's several latencies the one that most can be said of. */
export function latenciesOf(parts: readonly OperationPart[]): Told {
  const kinds = order.filter((of) => parts.some(({ operation }) => latencyOf(operation, of) !== undefined));
  const told = Array.from(kinds, (of) => ({ of, merged: mergedLatencies(parts, of) }));
  const hasPercentiles = (of: Latency['of']): boolean =>
    parts.some(({ operation }) => latencyOf(operation, of)?.spread.kind === 'percentiles');
  const best =
    told.find(({ merged }) => merged.notMergeable === undefined) ??
    told.find(({ of }) => hasPercentiles(of)) ??
    told[0];
  if (best === undefined) return histogramFigures(newHistogram());
  const others = told.filter((one) => one !== best).flatMap(({ of, merged }) => [{ of, ...merged.figures }]);
  return {
    ...best.merged.figures,
    latencyOf: best.of,
    ...(others.length === 0 ? {} : { otherLatencies: others }),
    ...(best.merged.isExact === true ? { isExact: true } : {}),
    ...(best.merged.notMergeable === undefined ? {} : { notMergeable: best.merged.notMergeable }),
  };
}

interface Merged extends Pick<Told, 'notMergeable' | 'isExact'> {
  readonly figures: Latencies;
}

function mergedLatencies(parts: readonly OperationPart[], of: Latency['of']): Merged {
  const latencies = parts.flatMap(({ host, operation }) => {
    const latency = latencyOf(operation, of);
    return latency === undefined ? [] : [{ host, count: operation.count, ...latency }];
  });
  const unable = latencies.filter(({ spread }) => !isMergeable(spread));
  if (unable.length > 0) return notMerged(latencies, unable);
  if (latencies.every(({ spread }) => spread.kind === 'samples')) return exact(latencies);
  const merged = newHistogram();
  for (const { spread } of latencies) addTo(merged, spread);
  return { figures: { ...histogramFigures(merged), ...summaryOf(latencies) } };
}

export function latencyOf({ latencies }: HeldOperation, wanted: Latency['of']): Latency | undefined {
  return latencies.find(({ of }) => of === wanted);
}

function exact(latencies: readonly Latency[]): Merged {
  const columns = latencies.flatMap(({ spread }) => (spread.kind === 'samples' ? [spread.samples.seconds] : []));
  const all = pooled(columns).sort();
  const nothing = new Float64Array();
  const histogram = histogramOf({ startSeconds: nothing, seconds: all, outcomes: new Uint8Array() });
  return { figures: exactFigures(all, histogram), isExact: true };
}

function addTo(merged: Float64Array, spread: Latency['spread']): void {
  const pairs =
    spread.kind === 'samples' ? histogramOf(spread.samples) : spread.kind === 'histogram' ? spread.histogram : [];
  const histogram = fromSparse(pairs);
  for (const [bucket, count] of histogram.entries()) if (count > 0) merged[bucket] = (merged[bucket] ?? 0) + count;
}

interface Counted extends Latency {
  readonly host: string;
  readonly count: number;
}

/** One host's own percentiles are those of all, where it is the only one. */
function notMerged(latencies: readonly Counted[], unable: readonly Counted[]): Merged {
  const alone = latencies.length === 1 ? percentilesOf(unable[0]) : [];
  const at = (percent: number): number | null => {
    const ns = alone.find(([known]) => known === percent)?.[1];
    return ns === undefined ? null : round(ns / 1000);
  };
  const whose = foldNodeSet(unable.map(({ host }) => host));
  const what = unable.some(({ spread }) => spread.kind === 'percentiles') ? 'percentiles' : 'extremes and mean';
  return {
    figures: {
      ...histogramFigures(newHistogram()),
      ...summaryOf(latencies),
      p50Us: at(50),
      p95Us: at(95),
      p99Us: at(99),
      p999Us: at(99.9),
      p9999Us: at(99.99),
    },
    notMergeable: `of ${whose} only ${what} are known, and these don't merge`,
  };
}

/** As the tool says them. */
export function percentilesOf(latency: Latency | undefined): readonly (readonly [percent: number, ns: number])[] {
  return latency?.spread.kind === 'percentiles' ? latency.spread.percentiles : [];
}

/** Extremes and means merge, whatever percentiles do, where every tool says them. */
function summaryOf(latencies: readonly (Latency & { readonly count: number })[]): Partial<Latencies> {
  const told = latencies.flatMap(({ summary, count }): readonly (Summary & { readonly count: number })[] =>
    summary === undefined ? [] : [{ ...summary, count }],
  );
  if (told.length === 0 || told.length < latencies.length) return {};
  const count = told.reduce((sum, one) => sum + one.count, 0);
  const total = told.reduce((sum, one) => sum + one.meanNs * one.count, 0);
  return {
    minUs: round(told.reduce((least, { minNs }) => Math.min(least, minNs), Infinity) / 1000),
    maxUs: round(told.reduce((most, { maxNs }) => Math.max(most, maxNs), 0) / 1000),
    ...(count === 0 ? {} : { meanUs: round(total / count / 1000) }),
  };
}
