/**
 * The p99 of every second of the timeline, over all kinds of operations, from the journals: samples of agents count
 * operations, but only records say how long each of them took.
 */
import { bucketOf, histogramBuckets, isPercentileSupported, valueOf } from '../../model/histogram.ts';
import { stepNs } from './timeline.ts';
import { round } from './round.ts';
import type { RunAxis } from './timing.ts';

/** Coarser than the histograms of agents, 16 buckets an octave, because there is one a second: within 3 %. */
const coarseness = 8;
const buckets = histogramBuckets / coarseness;

/** Eleven hours, in 90 MB; a longer run has its percentiles over the whole of it. */
const maxSteps = 40_000;

/** Of one host: takes every operation of its stress that ended. */
export class HostLatency {
  readonly #axis: RunAxis;
  readonly #steps = new Map<number, Uint32Array>();
  /** Of the operation before: the next one mostly ends between the same times, which are of one step. */
  #fromNs = NaN;
  #untilNs = NaN;
  #counts: Uint32Array | undefined;

  constructor(axis: RunAxis) {
    this.#axis = axis;
  }

  take(endNs: number, tookNs: number): void {
    if (!(endNs >= this.#fromNs && endNs < this.#untilNs)) this.#goTo(endNs);
    const counts = this.#counts;
    if (counts === undefined) return;
    const bucket = Math.floor(bucketOf(tookNs) / coarseness);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }

  /** The host's clock is asked once for each second of it. */
  #goTo(hostNs: number): void {
    const { toController, zeroNs } = this.#axis;
    const secondNs = Math.floor(hostNs / 1e9) * 1e9;
    const middleNs = secondNs + 0.5e9;
    const offsetNs = (toController(middleNs) ?? NaN) - middleNs - zeroNs;
    const step = Math.floor((hostNs + offsetNs) / stepNs);
    this.#fromNs = Math.max(secondNs, step * stepNs - offsetNs);
    this.#untilNs = Math.min(secondNs + 1e9, (step + 1) * stepNs - offsetNs);
    this.#counts = step >= 0 && step < maxSteps ? this.#countsOf(step) : undefined;
  }

  #countsOf(step: number): Uint32Array {
    const counts = this.#steps.get(step) ?? new Uint32Array(buckets);
    this.#steps.set(step, counts);
    return counts;
  }

  /** Step, bucket and count of all that aren't empty, one after the other. */
  finish(): Uint32Array {
    const all: number[] = [];
    for (const [step, counts] of this.#steps) {
      for (const [bucket, count] of counts.entries()) if (count > 0) all.push(step, bucket, count);
    }
    return Uint32Array.from(all);
  }
}

/** In µs, by step, over all hosts; where the samples of a step are too few, it is missing. */
export function latencyBySteps(hosts: readonly Uint32Array[]): ReadonlyMap<number, number> {
  const steps = new Map<number, Uint32Array>();
  for (const host of hosts) {
    for (let at = 0; at < host.length; at += 3) {
      const step = host[at] ?? 0;
      const bucket = host[at + 1] ?? 0;
      const counts = steps.get(step) ?? new Uint32Array(buckets);
      steps.set(step, counts);
      counts[bucket] = (counts[bucket] ?? 0) + (host[at + 2] ?? 0);
    }
  }
  return new Map(
    [...steps].flatMap(([step, counts]) => {
      const p99Ns = p99Of(counts);
      return p99Ns === undefined ? [] : [[step, round(p99Ns / 1000)] as const];
    }),
  );
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
