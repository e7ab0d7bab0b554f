/**
 * All hosts on one time axis, the controller's, by estimates, which prove nothing. Zero is the
 * earliest start of a phase on any host.
 */
import type { HostClock } from '../../model/clock.ts';
import type { HostResult } from '../../model/result.ts';
import type { RunHost, TimelineStep } from '../../model/run.ts';
import { clockOf } from './run-history.ts';

export interface HostTiming {
  readonly result: HostResult;
  readonly clock: HostClock;
  /** The controller's time in ns; undefined where the host's clock was never compared. */
  readonly toController: (hostNs: number) => number | undefined;
}

export interface Span {
  readonly startNs: number;
  readonly endNs: number;
}

export function timingOf(result: HostResult): HostTiming {
  const clock = clockOf(result);
  return {
    result,
    clock,
    toController: (hostNs) => clock.estimate(hostNs),
  };
}

export function zeroOf(timings: readonly HostTiming[]): number {
  const starts = timings.flatMap(({ result, toController }) =>
    (result.agent?.phases ?? []).map(({ startNs }) => toController(startNs)),
  );
  return starts.reduce<number>((least, start) => Math.min(least, start ?? Infinity), Infinity);
}

export function phasesOf({ result, toController }: HostTiming, zeroNs: number): RunHost['phases'] {
  return (result.agent?.phases ?? []).flatMap(({ phase, startNs, endNs, end }) => {
    const start = toController(startNs);
    const finish = toController(endNs);
    if (start === undefined || finish === undefined) return [];
    return [{ phase, startMs: round((start - zeroNs) / 1e6), endMs: round((finish - zeroNs) / 1e6), end }];
  });
}

/** When a host's stress ran, on its own clock. */
export function stressOf(result: HostResult): Span | undefined {
  return result.agent?.phases.find(({ phase }) => phase === 'stress');
}

/** The time in which the stress of every host that had one was under way; undefined where there is none, or a clock isn't known. */
export function overlapOf(timings: readonly HostTiming[]): Span | undefined {
  const spans = timings.flatMap(({ result, toController }) => {
    const stress = stressOf(result);
    return stress === undefined ? [] : [{ start: toController(stress.startNs), end: toController(stress.endNs) }];
  });
  let startNs = -Infinity;
  let endNs = Infinity;
  for (const { start, end } of spans) {
    if (start === undefined || end === undefined) return undefined;
    startNs = Math.max(startNs, start);
    endNs = Math.min(endNs, end);
  }
  return spans.length > 0 && endNs > startNs ? { startNs, endNs } : undefined;
}

/** The part of a host's stress operations that fall into a time, by its samples, each spread evenly over its own length. */
export function shareWithin({ result, toController }: HostTiming, within: Span): number {
  let all = 0;
  let inside = 0;
  for (const sample of result.agent?.samples ?? []) {
    const startNs = toController(sample.startNs);
    const endNs = toController(sample.endNs);
    if (startNs === undefined || endNs === undefined || endNs <= startNs) continue;
    const commonNs = Math.min(endNs, within.endNs) - Math.max(startNs, within.startNs);
    all += sample.operations;
    inside += sample.operations * Math.max(0, commonNs / (endNs - startNs));
  }
  // Without samples: as if its operations were spread evenly over its stress.
  if (all > 0) return inside / all;
  const stress = stressOf(result);
  return stress === undefined ? 0 : Math.min(1, (within.endNs - within.startNs) / (stress.endNs - stress.startNs));
}

/** The length of a step of the timeline. */
export const stepNs = 1e9;
/** A week of seconds: what a sample says beyond is no time of this run. */
const maxSteps = 7 * 24 * 3600;

/** `p99Us` by step, of all that the journals hold. */
export function timelineOf(
  timings: readonly HostTiming[],
  zeroNs: number,
  p99Us: ReadonlyMap<number, number>,
): TimelineStep[] {
  const steps = new Map<number, { operations: number; errors: number; bytes: number; hosts: Set<number> }>();
  for (const [index, { result, toController }] of timings.entries()) {
    for (const sample of result.agent?.samples ?? []) {
      const startNs = toController(sample.startNs);
      const endNs = toController(sample.endNs);
      if (startNs === undefined || endNs === undefined || endNs <= startNs) continue;
      spread({ startNs: startNs - zeroNs, endNs: endNs - zeroNs }, (at, share) => {
        const step = steps.get(at) ?? { operations: 0, errors: 0, bytes: 0, hosts: new Set() };
        step.operations += sample.operations * share;
        step.errors += sample.errors * share;
        step.bytes += sample.bytes * share;
        step.hosts.add(index);
        steps.set(at, step);
      });
    }
  }
  return [...steps.entries()]
    .sort(([a], [b]) => a - b)
    .map(([at, step]) => ({
      startMs: (at * stepNs) / 1e6,
      operationsPerSecond: round(step.operations),
      errorsPerSecond: round(step.errors),
      bytesPerSecond: round(step.bytes),
      hosts: step.hosts.size,
      p99Us: p99Us.get(at) ?? null,
    }));
}

/** Gives each second its share of a sample. */
function spread({ startNs, endNs }: Span, give: (step: number, share: number) => void): void {
  const first = Math.max(0, Math.floor(startNs / stepNs));
  const last = Math.min(maxSteps, Math.ceil(endNs / stepNs));
  for (let step = first; step < last; step++) {
    const commonNs = Math.min(endNs, (step + 1) * stepNs) - Math.max(startNs, step * stepNs);
    if (commonNs > 0) give(step, commonNs / (endNs - startNs));
  }
}

/** Three digits after the point: no more was measured. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
