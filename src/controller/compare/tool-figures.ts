/**
 * What tools measured on each host, to be compared with another run: from their result files, since a judged run has the
 * latencies of all hosts together only, of which no host can be drawn.
 */
import { fromSparse, newHistogram, toSparse, valueOf, type SparseHistogram } from '../../model/histogram.ts';
import type { Latency, Window } from '../../model/measured.ts';
import type { HostResult } from '../../model/result.ts';
import { histogramOf } from '../../model/samples.ts';
import { countedOnce } from '../../model/run-operations.ts';
import { gapsOfFiles } from '../merge/collected/completeness.ts';
import type { HeldOperation } from '../merge/collected/held-result.ts';
import { latencyOf } from '../merge/collected/latencies.ts';
import { broughtBy, filesOf } from '../merge/collected/merge-collected.ts';
import { shareOperations, uniqueNames, type SharedPart } from '../merge/collected/operations.ts';
import { union, windowsOf, type BroughtResult } from '../merge/collected/overlap.ts';
import { readCollected } from '../merge/collected/read-collected.ts';
import { TimedCases, type CaseFigures } from './case-figures.ts';
import type { HostFigures, LatencyFigures, OperationFigures } from './host-figures.ts';
import { latencyKinds } from './latency-kinds.ts';
import { toolTraits } from './tool-traits.ts';

export interface ToolFigures {
  /** By the index of the host; undefined of one that brought nothing. */
  readonly hosts: readonly (HostFigures | undefined)[];
  readonly names: ReadonlyMap<string, { readonly name: string; readonly tool: string }>;
  readonly cases?: CaseFigures;
}

export async function readToolFigures(folder: string, results: readonly HostResult[]): Promise<ToolFigures> {
  const cases = new TimedCases();
  const files = filesOf(results, await readCollected(folder, results, cases));
  const brought = broughtBy(files);
  const bringing = files.filter((host) => host.files.length > 0).length;
  const shared = shareOperations(brought);
  const called = uniqueNames(shared);
  const times = new OwnTimes(brought);
  const hosts = files.map((host, index): HostFigures | undefined => {
    const own = brought.filter((result) => result.host === index);
    if (own.length === 0) return undefined;
    const ofHost = shared.flatMap(({ key, kind, parts }) => {
      const ours = parts.filter((part) => part.brought.host === index);
      return ours.length === 0 ? [] : [{ key, kind, parts: ours }];
    });
    return {
      host: host.result.name,
      traits: toolTraits(own, gapsOfFiles(host, bringing)),
      operations: new Map(ofHost.map(({ key, kind, parts }) => [key, { ...figuresOf(parts, times), kind }])),
      all: totalOf(countedOnce(ofHost), (part) => times.ofHost(part.brought.host)),
    };
  });
  const names = shared.map(({ key, called: tools, parts }, at) => {
    return [key, { name: called[at] ?? tools, tool: parts[0]?.brought.held.tool ?? '' }] as const;
  });
  const owners = new Map(brought.filter(({ held }) => held.hasCases).map(({ held, name }) => [held.source, name]));
  return { hosts, names: new Map(names), ...(owners.size === 0 ? {} : { cases: { owners, table: cases } }) };
}

/** How long a host was at it, by its own clock: no other host's time is needed to compare its rate with its own of before. */
class OwnTimes {
  readonly #whole: ReadonlyMap<number, number | undefined>;
  /** By host, then by cycle. */
  readonly #cycles = new Map<number, Map<number, { window: Window; leastMs: number }>>();

  constructor(brought: readonly BroughtResult[]) {
    this.#whole = new Map([...windowsOf(brought)].map(([host, { window }]) => [host, lengthOf(window)]));
    for (const { host, held } of brought) {
      for (const { cycle, window } of held.operations) {
        if (cycle === undefined || window === undefined) continue;
        const cycles = this.#cycles.get(host) ?? new Map<number, { window: Window; leastMs: number }>();
        this.#cycles.set(host, cycles);
        cycles.set(cycle.index, {
          window: union(cycles.get(cycle.index)?.window ?? window, window),
          // A server that stops answering shows as a low rate, and not as a short cycle.
          leastMs: (held.asked.durationSeconds ?? 0) * 1000,
        });
      }
    }
  }

  /** Of a test in cycles without what lies between them. */
  ofHost(host: number): number | undefined {
    const cycles = this.#cycles.get(host);
    if (cycles === undefined) return this.#whole.get(host);
    return [...cycles.keys()].reduce((sum, cycle) => sum + (this.#ofCycle(host, cycle) ?? 0), 0);
  }

  ofPart({ operation: { cycle }, brought: { host } }: SharedPart): number | undefined {
    return cycle === undefined ? this.ofHost(host) : this.#ofCycle(host, cycle.index);
  }

  #ofCycle(host: number, index: number): number | undefined {
    const cycle = this.#cycles.get(host)?.get(index);
    return cycle === undefined ? undefined : Math.max(cycle.leastMs, lengthOf(cycle.window));
  }
}

function lengthOf({ fromMs, toMs }: Window): number {
  return toMs - fromMs;
}

function figuresOf(parts: readonly SharedPart[], times: OwnTimes): OperationFigures {
  const total = totalOf([{ parts }], (part) => times.ofPart(part));
  const bytes = parts.map(({ operation }) => operation.bytes);
  const hasBytes = parts.every(({ operation }) => operation.kind === 'io' && operation.bytes !== undefined);
  const moved = bytes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const latencies = latencyKinds.flatMap(
    (of) =>
      latencyFigures(
        parts.map(({ operation }) => operation),
        of,
      ) ?? [],
  );
  return {
    ...total,
    ...(hasBytes && moved > 0 ? { bytesPerSecond: (moved / Math.max(1, total.count)) * total.perSecond } : {}),
    latencies,
  };
}

function totalOf(
  operations: readonly { readonly parts: readonly SharedPart[] }[],
  timeMs: (part: SharedPart) => number | undefined,
): OperationFigures {
  const parts = operations.flatMap((one) => one.parts);
  const sum = (pick: (part: SharedPart) => number): number => parts.reduce((total, part) => total + pick(part), 0);
  return {
    count: sum(({ operation }) => operation.count),
    errors: sum(({ operation }) => operation.failed),
    perSecond: sum((part) => rateOf(part.operation, timeMs(part))),
    buckets: new Uint16Array(0),
    counts: new Float64Array(0),
  };
}

/** What the tool ran itself counts over how long that took. */
function rateOf({ count, runtimeSeconds = 0 }: HeldOperation, timeMs = 0): number {
  if (runtimeSeconds > 0) return count / runtimeSeconds;
  return timeMs > 0 ? (1000 * count) / timeMs : NaN;
}

/** Undefined where nothing is known of that kind of latency. */
function latencyFigures(operations: readonly HeldOperation[], of: Latency['of']): LatencyFigures | undefined {
  const told = operations.flatMap((operation) => {
    const latency = latencyOf(operation, of);
    return latency === undefined ? [] : [{ ...latency, count: operation.count }];
  });
  if (told.length === 0 || told.length < operations.length) return undefined;
  const means = told.map(meanOf);
  const hasMeans = means.every((mean) => mean !== undefined);
  const count = told.reduce((sum, one) => sum + one.count, 0);
  const sumUs = told.reduce((sum, one, at) => sum + one.count * (means[at] ?? 0), 0);
  const mean = hasMeans && count > 0 ? { sumUs, count } : undefined;
  const histograms = told.map(({ spread }) => pairsOf(spread));
  const isKnown = histograms.every((pairs) => pairs !== undefined);
  const pairs = isKnown ? added(histograms.filter((one) => one !== undefined)) : [];
  return {
    of,
    ...(mean === undefined ? {} : { mean }),
    ...(isKnown
      ? {}
      : { only: told.some(({ spread }) => spread.kind === 'percentiles') ? 'percentiles' : 'extremes and mean' }),
    buckets: Uint16Array.from(pairs, ([bucket]) => bucket),
    counts: Float64Array.from(pairs, ([, times]) => times),
  };
}

/** In us. */
function meanOf({ spread, summary }: Latency): number | undefined {
  if (summary !== undefined) return summary.meanNs / 1000;
  const pairs = pairsOf(spread);
  const count = pairs?.reduce((total, [, times]) => total + times, 0) ?? 0;
  if (pairs === undefined || count === 0) return undefined;
  if (spread.kind === 'samples') return (spread.samples.seconds.reduce((sum, one) => sum + one, 0) / count) * 1e6;
  return pairs.reduce((sum, [bucket, times]) => sum + times * valueOf(bucket), 0) / count / 1000;
}

function pairsOf(spread: Latency['spread']): SparseHistogram | undefined {
  switch (spread.kind) {
    case 'samples':
      return histogramOf(spread.samples);
    case 'histogram':
      return spread.histogram;
    case 'percentiles':
    case 'unknown':
      return undefined;
  }
}

function added(all: readonly SparseHistogram[]): SparseHistogram {
  const [first = [], ...others] = all;
  if (others.length === 0) return first;
  const merged = newHistogram();
  for (const pairs of all) {
    for (const [bucket, times] of fromSparse(pairs).entries())
      if (times > 0) merged[bucket] = (merged[bucket] ?? 0) + times;
  }
  return toSparse(merged);
}
