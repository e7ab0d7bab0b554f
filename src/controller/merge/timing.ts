/**
 * All hosts on one time axis, the controller's, by estimates, which prove nothing. Zero is the
 * earliest start of a phase on any host.
 */
import type { HostClock } from '../../model/clock.ts';
import type { RunHost } from '../../model/run.ts';
import type { SampleColumns } from './result/columns.ts';
import type { FoldedResult } from './result/folded-result.ts';
import { round } from './round.ts';

export interface HostTiming {
  readonly result: FoldedResult;
  readonly clock: HostClock;
  /** The controller's time in ns; undefined where the host's clock was never compared. */
  readonly toController: (hostNs: number) => number | undefined;
}

/** Where a host's times lie on the run's time axis. */
export interface RunAxis extends Pick<HostTiming, 'toController'> {
  /** On the controller's clock. */
  readonly zeroNs: number;
}

export interface Span {
  readonly startNs: number;
  readonly endNs: number;
}

export function timingOf(result: FoldedResult): HostTiming {
  const { clock } = result;
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
export function stressOf(result: FoldedResult): Span | undefined {
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

/** The parts of what a host's stress did that fall into a time, by its samples, each spread evenly over its own length. */
export function sharesWithin({ result }: HostTiming, within: Span): Shares {
  // Without samples: as if its operations were spread evenly over its stress.
  const stress = stressOf(result);
  const otherwise =
    stress === undefined ? 0 : Math.min(1, (within.endNs - within.startNs) / (stress.endNs - stress.startNs));
  const samples = result.agent?.samples;
  if (samples === undefined) return { operations: otherwise, errors: otherwise, bytes: otherwise };
  const insides = insidesOf(samples, within);
  const shareOf = (counts: Float64Array): number => {
    let [all, inside] = [0, 0];
    for (let at = 0; at < counts.length; at++) {
      const part = insides[at] ?? NaN;
      if (Number.isNaN(part)) continue;
      all += counts[at] ?? 0;
      inside += (counts[at] ?? 0) * part;
    }
    return all > 0 ? inside / all : otherwise;
  };
  return { operations: shareOf(samples.operations), errors: shareOf(samples.errors), bytes: shareOf(samples.bytes) };
}

export interface Shares {
  readonly operations: number;
  readonly errors: number;
  readonly bytes: number;
}

/** How much of each sample's time lies in a time; NaN where a sample has none that is known. */
function insidesOf({ startNs, endNs }: SampleColumns, within: Span): Float64Array {
  const insides = new Float64Array(startNs.length).fill(NaN);
  for (let at = 0; at < insides.length; at++) {
    const [start, end] = [startNs[at] ?? NaN, endNs[at] ?? NaN];
    if (!(end > start)) continue;
    const commonNs = Math.min(end, within.endNs) - Math.max(start, within.startNs);
    insides[at] = Math.max(0, commonNs / (end - start));
  }
  return insides;
}
