/** The figures that two runs are compared by, each with its unit and what is good of it, and which of them an operation has. */
import type { FigureUnit } from '../../model/expectation.ts';
import { countOf, isPercentileSupported } from '../../model/histogram.ts';
import { foldNodeSet } from '../../model/nodeset.ts';
import type { WeightedFigure } from './bootstrap.ts';
import type { HostsOperation, Pair } from './host-figures.ts';
import { comparedLatency, type ComparedLatency } from './latency-kinds.ts';
import { errorFigure, meanFigure, percentileFigure, rateFigure, throughputFigure, timeFigure } from './weighted.ts';

export const metrics = ['rate', 'throughput', 'p50', 'p99', 'mean', 'errors', 'time'] as const;
export type Metric = (typeof metrics)[number];

export const unitOf: Readonly<Record<Metric, FigureUnit>> = {
  rate: 'perSecond',
  throughput: 'bytesPerSecond',
  p50: 'us',
  p99: 'us',
  mean: 'us',
  errors: 'share',
  time: 'us',
};

export function isMoreBetter(metric: Metric): boolean {
  return metric === 'rate' || metric === 'throughput';
}

/** A figure of an operation that is to be compared, or of too few samples to be, or that nobody can tell. */
export interface WantedFigure {
  readonly metric: Metric;
  readonly pair: Pair;
  readonly latencyOf?: ComparedLatency['of'];
  /** Why it can't be told, however many hosts there are. */
  readonly why?: string;
  readonly hasTooFew: boolean;
}

/** The hosts of both runs, by place. */
export interface HostNames {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** `isOfAll`: of all kinds together, whose latencies tell nothing. */
export function wantedFigures(pair: Pair, names: HostNames, isOfAll: boolean): readonly WantedFigure[] {
  const hosts = [...pair.before, ...pair.after];
  const has = (is: (one: NonNullable<HostsOperation[number]>) => boolean): boolean =>
    hosts.some((one) => one !== undefined && is(one));
  if (has(({ timeUs }) => timeUs !== undefined)) return [{ metric: 'time', pair, hasTooFew: false }];
  const untimed = whyUntimed(pair, names);
  const whole = (metric: Metric, why?: string): WantedFigure => ({
    metric,
    pair,
    hasTooFew: false,
    ...(why === undefined ? {} : { why }),
  });
  const hasBytes = !isOfAll && hosts.every((one) => one === undefined || one.bytesPerSecond !== undefined);
  return [
    whole('rate', untimed),
    ...(hasBytes ? [whole('throughput', untimed)] : []),
    ...(isOfAll ? [] : latencyFigures(pair, names)),
    // Errors tell nothing where there are none.
    ...(isOfAll || has(({ errors }) => errors > 0) ? [whole('errors')] : []),
  ];
}

/** Of what only one run did nothing can be told, but that it isn't done any more. */
export function whyOnlyOne({ before, after }: Pair, metric: Metric): string | undefined {
  const isDone = (hosts: HostsOperation): boolean =>
    hosts.some((one) => one !== undefined && (one.count > 0 || one.timeUs !== undefined));
  const [was, is] = [isDone(before), isDone(after)];
  if (was === is) return undefined;
  if (!was) return 'it was not done before';
  return isMoreBetter(metric) ? undefined : 'it was not done after';
}

function whyUntimed({ before, after }: Pair, names: HostNames): string | undefined {
  const untimed = (hosts: HostsOperation, whose: readonly string[]): readonly string[] =>
    hosts.flatMap((one, at) => (Number.isNaN(one?.perSecond) ? [whose[at] ?? ''] : []));
  const parts = [
    { when: 'before', whose: untimed(before, names.before) },
    { when: 'after', whose: untimed(after, names.after) },
  ].flatMap(({ when, whose }) => (whose.length === 0 ? [] : [`${foldNodeSet(whose)} ${when}`]));
  return parts.length === 0 ? undefined : `how long it took is not known of ${parts.join(', ')}`;
}

function latencyFigures(given: Pair, names: HostNames): readonly WantedFigure[] {
  const latency = comparedLatency(given, names);
  if (latency === undefined) return [];
  const { pair, of, hasMeans, why } = latency;
  const figure = (metric: Metric, hasTooFew: boolean, reason?: string): WantedFigure => ({
    metric,
    pair,
    hasTooFew,
    ...(of === undefined ? {} : { latencyOf: of }),
    ...(reason === undefined ? {} : { why: reason }),
  });
  const isShort = (metric: Metric): boolean => why === undefined && !isSupportedIn(pair, metric);
  // A mean says less than a percentile; where there is none it is what there is.
  const isMeanNeeded = (why !== undefined || isShort('p50')) && whyOnlyOne(pair, 'mean') === undefined;
  return [
    figure('p50', isShort('p50'), why),
    figure('p99', isShort('p99'), why),
    ...(hasMeans && isMeanNeeded ? [figure('mean', false)] : []),
  ];
}

function percentOf(metric: Metric): number | undefined {
  return metric === 'p50' ? 50 : metric === 'p99' ? 99 : undefined;
}

/** Whether both runs have the samples that it takes. */
export function isSupportedIn({ before, after }: Pair, metric: Metric): boolean {
  const percent = percentOf(metric);
  if (percent === undefined) return true;
  // A median of a handful says nothing of another one.
  return [before, after].every(
    (hosts) => samplesOf(hosts) >= leastSamples && isPercentileSupported(percent, samplesOf(hosts)),
  );
}

const leastSamples = 72;

function samplesOf(hosts: HostsOperation): number {
  return hosts.reduce((sum, one) => sum + (one === undefined ? 0 : countOf(one.counts)), 0);
}

/** `floor`: what the share of errors is at least, so that none can be compared with some. */
export function figureOf(hosts: HostsOperation, metric: Metric, floor: number): WeightedFigure {
  switch (metric) {
    case 'rate':
      return rateFigure(hosts);
    case 'throughput':
      return throughputFigure(hosts);
    case 'p50':
    case 'p99':
      return percentileFigure(hosts, percentOf(metric) ?? 50);
    case 'mean':
      return meanFigure(hosts);
    case 'errors':
      return errorFigure(hosts, floor);
    case 'time':
      return timeFigure(hosts);
  }
}
