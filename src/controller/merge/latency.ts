/**
 * The p99 of every second of the timeline, over all kinds of operations, from the journals: samples of agents count
 * operations, but only records say how long each of them took.
 */
import type { History } from '../../checks/history.ts';
import { stressPhase } from '../../checks/phases.ts';
import { bucketOf, histogramBuckets, isPercentileSupported, valueOf } from '../../model/histogram.ts';
import { layout, outcomes, recordKinds } from '../../model/record.ts';
import { round, stepNs, type HostTiming } from './timing.ts';

/** Coarser than the histograms of agents, 16 buckets an octave, because there is one a second: within 3 %. */
const coarseness = 8;
const buckets = histogramBuckets / coarseness;

/** Eleven hours, in 90 MB; a longer run has its percentiles over the whole of it. */
const maxSteps = 40_000;

/** Further records of the operation before them: they took no time of their own. */
const continuations: ReadonlySet<number> = new Set([recordKinds.observe, recordKinds.listed]);

/** In µs, by step; where the samples of a step are too few, it is missing. */
export function latencyBySteps(
  history: History | undefined,
  timings: readonly HostTiming[],
  zeroNs: number,
): ReadonlyMap<number, number> {
  const steps = new Map<number, Uint32Array>();
  const stepOf = timings.map((timing) => stepperOf(timing, zeroNs));
  for (const { host, phase, views, count } of history?.log.segments ?? []) {
    if (phase !== stressPhase) continue;
    for (let at = 0; at < count; at++) {
      const kind = views.u8[at * 64 + layout.kind] ?? 0;
      if (views.u8[at * 64 + layout.outcome] === outcomes.pending || continuations.has(kind)) continue;
      const endNs = views.f64[at * 8 + layout.endNs] ?? 0;
      const step = stepOf[host]?.(endNs);
      if (step === undefined || step < 0 || step >= maxSteps) continue;
      const counts = steps.get(step) ?? new Uint32Array(buckets);
      steps.set(step, counts);
      const bucket = Math.floor(bucketOf(endNs - (views.f64[at * 8 + layout.startNs] ?? 0)) / coarseness);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
  }
  return new Map(
    [...steps].flatMap(([step, counts]) => {
      const p99Ns = p99Of(counts);
      return p99Ns === undefined ? [] : [[step, round(p99Ns / 1000)] as const];
    }),
  );
}

/** The step of a host's time: its clock is asked once a second, not once an operation. */
function stepperOf({ toController }: HostTiming, zeroNs: number): (hostNs: number) => number | undefined {
  const offsets = new Map<number, number | undefined>();
  return (hostNs) => {
    const second = Math.floor(hostNs / 1e9);
    if (!offsets.has(second)) {
      const middle = (second + 0.5) * 1e9;
      const there = toController(middle);
      offsets.set(second, there === undefined ? undefined : there - middle);
    }
    const offset = offsets.get(second);
    return offset === undefined ? undefined : Math.floor((hostNs + offset - zeroNs) / stepNs);
  };
}

function p99Of(counts: Uint32Array): number | undefined {
  const samples = counts.reduce((sum, count) => sum + count, 0);
  if (!isPercentileSupported(99, samples)) return undefined;
  let left = Math.ceil(0.99 * samples);
  for (let bucket = 0; bucket < counts.length; bucket++) {
    left -= counts[bucket] ?? 0;
    if (left <= 0) return valueOf(bucket * coarseness + coarseness / 2);
  }
  return undefined;
}
