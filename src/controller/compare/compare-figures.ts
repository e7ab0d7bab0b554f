/** Two runs, figure by figure: worse, better, same, or cannot tell; and which hosts a difference is of. */
import { hashText32 } from '../../model/random.ts';
import { drawHosts, minHosts, ratioOf, type RatioInterval, type WeightedFigure, type Weights } from './bootstrap.ts';
import { compareCases, type CaseComparison } from './compare-cases.ts';
import type { HostsOperation, OperationFigures, Pair } from './host-figures.ts';
import {
  figureOf,
  isMoreBetter,
  isSupportedIn,
  wantedFigures,
  whyOnlyOne,
  type HostNames,
  type Metric,
  type WantedFigure,
} from './metrics.ts';
import type { RunFigures } from './run-figures.ts';

export interface Comparison {
  /** `all`: of all kinds together. */
  readonly operation: string;
  readonly metric: Metric;
  /** Which of a tool's latencies, where it has several. */
  readonly latencyOf?: WantedFigure['latencyOf'];
  /** Null where it can't be told. */
  readonly before: number | null;
  readonly after: number | null;
  /** After by before; of errors with half an error more on both sides. Missing where there are too few hosts. */
  readonly interval: RatioInterval | undefined;
  readonly outcome: 'worse' | 'better' | 'same' | 'cannot tell';
  /** It isn't certain that it isn't worse by more than the threshold. */
  readonly mayBeWorse: boolean;
  /** Whose own figure is worse by more than the threshold; none where the runs are of other hosts. */
  readonly worseHosts: readonly string[];
  /** Why nobody can tell, where more hosts would not help. */
  readonly why?: string;
}

export interface FigureComparison {
  readonly isPaired: boolean;
  /** Rates are of one host, as the runs have other numbers of them. */
  readonly isPerHost: boolean;
  readonly resamples: number;
  readonly hosts: { readonly before: number; readonly after: number };
  readonly comparisons: readonly Comparison[];
  /** Functional tests, where both runs have some. */
  readonly cases?: CaseComparison;
  /** Percentiles of too few samples, as `write p99`: nothing is said of them. */
  readonly leftOut: readonly string[];
}

/** The same runs are always compared by the same draws. */
export function compareFigures(before: RunFigures, after: RunFigures, threshold: number): FigureComparison {
  const [first, second] = [before.hosts.map(({ host }) => host), after.hosts.map(({ host }) => host)];
  const isPaired = first.length === second.length && first.every((host) => second.includes(host));
  const aligned = isPaired ? alignedWith(first, after) : after;
  const names = { before: first, after: isPaired ? first : second };
  const hosts = { before: first.length, after: second.length };
  const seed = hashText32(`${before.plan.run} ${after.plan.run}`);
  const draws = drawHosts({ ...hosts, isPaired, seed });
  const isPerHost = first.length !== second.length && [before, after].every(isOfTools);
  const around = { names, isPaired, isPerHost, hosts, draws, threshold };
  const cases =
    before.cases === undefined || after.cases === undefined ? undefined : compareCases(before.cases, after.cases);
  const leftOut: string[] = [];
  const comparisons = [...pairsOf(before, aligned), ...timedPairs(names, cases)].flatMap(({ operation, pair }) =>
    wantedFigures(pair, names, operation === allOperations).flatMap((wanted) => {
      if (!wanted.hasTooFew) return [compareOne(operation, wanted, around)];
      leftOut.push(`${operation} ${wanted.metric}`);
      return [];
    }),
  );
  const told = { isPaired, isPerHost, resamples: draws.before.length, hosts, comparisons, leftOut };
  return cases === undefined ? told : { ...told, cases };
}

const allOperations = 'all';

function isOfTools({ hosts }: RunFigures): boolean {
  return hosts.every(({ facts }) => facts === undefined);
}

function alignedWith(names: readonly string[], run: RunFigures): RunFigures {
  const byName = new Map(run.hosts.map((figures) => [figures.host, figures]));
  return { ...run, hosts: names.flatMap((name) => byName.get(name) ?? []) };
}

interface NamedPair {
  readonly operation: string;
  readonly pair: Pair;
}

/** Of functional tests alone there is no operation. */
function pairsOf(before: RunFigures, after: RunFigures): readonly NamedPair[] {
  const pair = (pick: (host: RunFigures['hosts'][number]) => OperationFigures | undefined): Pair => ({
    before: before.hosts.map(pick),
    after: after.hosts.map(pick),
  });
  const names = new Map([...after.names, ...before.names]);
  if (names.size === 0) return [];
  const taken = new Set(before.names.values());
  const own = [...names].map(([key, name]) => ({
    // Of unlike jobs that have the same name each is of one run only.
    operation: !before.names.has(key) && taken.has(name) ? `${name} (after)` : name,
    pair: pair(({ operations }) => operations.get(key)),
  }));
  return [{ operation: allOperations, pair: pair(({ all }) => all) }, ...own.toSorted(inOrder)];
}

function inOrder(a: NamedPair, b: NamedPair): number {
  return a.operation < b.operation ? -1 : a.operation > b.operation ? 1 : 0;
}

function timedPairs(names: HostNames, cases: CaseComparison | undefined): readonly NamedPair[] {
  const hosts = (whose: readonly string[], times: ReadonlyMap<string, number>): HostsOperation =>
    whose.map((host) => {
      const timeUs = times.get(host);
      const none = { count: 0, errors: 0, perSecond: 0, buckets: new Uint16Array(0), counts: new Float64Array(0) };
      return timeUs === undefined ? undefined : { ...none, timeUs };
    });
  return (cases?.times ?? []).map(({ name, before, after }) => ({
    operation: name,
    pair: { before: hosts(names.before, before), after: hosts(names.after, after) },
  }));
}

interface Around {
  readonly names: HostNames;
  readonly isPaired: boolean;
  readonly isPerHost: boolean;
  readonly hosts: { readonly before: number; readonly after: number };
  readonly draws: ReturnType<typeof drawHosts>;
  readonly threshold: number;
}

function compareOne(operation: string, wanted: WantedFigure, around: Around): Comparison {
  const { metric, pair, latencyOf } = wanted;
  const { names, isPaired, isPerHost, hosts, draws, threshold } = around;
  const why = wanted.why ?? whyOnlyOne(pair, metric);
  const { before, after } = figuresOf(pair, metric, isPerHost);
  const canTell = why === undefined && Math.min(hosts.before, hosts.after) >= minHosts;
  const interval = canTell ? soundInterval(ratioOf(before, after, { draws, hosts })) : undefined;
  const told = judgeInterval(interval, metric, threshold);
  const isWorse = (ratio: number): boolean => (isMoreBetter(metric) ? ratio < 1 - threshold : ratio > 1 + threshold);
  const isOwnWorse = (_: string, host: number): boolean => isWorse(ownRatio(pair, metric, host) ?? 1);
  const shown = (of: HostsOperation): number | null =>
    wanted.why === undefined ? shownFigure(of, metric, isPerHost) : null;
  return {
    operation,
    metric,
    ...(latencyOf === undefined ? {} : { latencyOf }),
    before: shown(pair.before),
    after: shown(pair.after),
    interval,
    ...told,
    worseHosts: told.outcome === 'worse' && isPaired ? names.before.filter(isOwnWorse) : [],
    ...(why === undefined ? {} : { why }),
  };
}

function figuresOf(
  { before, after }: Pair,
  metric: Metric,
  isPerHost: boolean,
): Record<'before' | 'after', WeightedFigure> {
  // Half an error of the smaller run: the same for both, so that a run that did less doesn't seem to fail more.
  const floor = 0.5 / Math.max(1, Math.min(countsOf(before), countsOf(after)));
  const figure = (hosts: HostsOperation): WeightedFigure => ofHosts(hosts, metric, { floor, isPerHost });
  return { before: figure(before), after: figure(after) };
}

/** Sums are of all hosts together, or of one. */
function ofHosts(
  hosts: HostsOperation,
  metric: Metric,
  { floor, isPerHost }: { readonly floor: number; readonly isPerHost: boolean },
): WeightedFigure {
  const figure = figureOf(hosts, metric, floor);
  if (!isPerHost || !isMoreBetter(metric)) return figure;
  return (weights) => figure(weights) / hosts.length;
}

function countsOf(hosts: HostsOperation): number {
  return hosts.reduce((sum, one) => sum + (one?.count ?? 0), 0);
}

/** Nothing is no part of anything: where nothing was done before, or is done now, there is no ratio. */
function soundInterval(interval: RatioInterval): RatioInterval | undefined {
  return [interval.ratio, interval.low, interval.high].every((one) => Number.isFinite(one)) ? interval : undefined;
}

export function judgeInterval(
  interval: RatioInterval | undefined,
  metric: Metric,
  threshold: number,
): Pick<Comparison, 'outcome' | 'mayBeWorse'> {
  if (interval === undefined) return { outcome: 'cannot tell', mayBeWorse: true };
  const { low, high } = interval;
  const [isBelow, isAbove] = [high < 1 - threshold, low > 1 + threshold];
  const [mayBeBelow, mayBeAbove] = [low < 1 - threshold, high > 1 + threshold];
  const isMore = isMoreBetter(metric);
  if (isBelow || isAbove) {
    const outcome = isAbove === isMore ? 'better' : 'worse';
    return { outcome, mayBeWorse: outcome === 'worse' };
  }
  if (!mayBeBelow && !mayBeAbove) return { outcome: 'same', mayBeWorse: false };
  return { outcome: 'cannot tell', mayBeWorse: isMore ? mayBeBelow : mayBeAbove };
}

/** As it is, of all hosts together: without what makes shares of none comparable. */
function shownFigure(hosts: HostsOperation, metric: Metric, isPerHost: boolean): number | null {
  const value = ofHosts(hosts, metric, { floor: 0, isPerHost })(new Uint16Array(hosts.length).fill(1));
  return Number.isFinite(value) ? value : null;
}

function ownRatio(pair: Pair, metric: Metric, host: number): number | undefined {
  const own = { before: [pair.before[host]], after: [pair.after[host]] };
  if (!isSupportedIn(own, metric)) return undefined;
  const once: Weights = new Uint16Array([1]);
  const { before, after } = figuresOf(own, metric, false);
  return after(once) / before(once);
}
