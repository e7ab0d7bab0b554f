/** What a run says of one host's clock: how well it is known, in which stretches, and what steps lie between them. */
import type { HostClock } from '../../model/clock.ts';
import type { ClockEpoch, ClockStep, RunClock, RunHost } from '../../model/run.ts';
import { round } from './round.ts';
import type { HostTiming } from './timing.ts';

/** A clock that steps all the time has as many as it has answers. */
const maxTold = 20;

/** `isRunBack`: by its records, which no ping knows. */
export function clockRow(
  { result, clock }: HostTiming,
  isRunBack: boolean,
  zeroNs: number,
): Pick<RunHost, 'clock' | 'clockFault'> {
  if (!clock.isRising) return { clockFault: 'it ran backwards, or the clock here did, by its answers to pings' };
  if (isRunBack) return { clockFault: 'it ran backwards, by the records of one of its workers' };
  if (clock.bound !== undefined) return { clock: toldOf(clock, clock.bound, { result, zeroNs }) };
  return clock.steps.length > 0 ? { clockFault: 'no two answers to pings agree on it' } : {};
}

function toldOf(
  { epochs, steps }: HostClock,
  bound: NonNullable<HostClock['bound']>,
  at: { readonly result: HostTiming['result']; readonly zeroNs: number },
): RunClock {
  const told = { ...bound, hasStep: steps.length > 0, stepCount: steps.length };
  // Without a phase on any host there is no zero that times could be counted from.
  if (!Number.isFinite(at.zeroNs)) return told;
  const { sentNs, receivedNs } = at.result.pings;
  const since = (ns: number | undefined): number => round(((ns ?? NaN) - at.zeroNs) / 1e6);
  return {
    ...told,
    epochs: epochs.slice(0, maxTold).map(({ first, last, bound: own }): ClockEpoch => {
      const span = { startMs: since(sentNs[first]), endMs: since(receivedNs[last]) };
      return Object.assign(span, own);
    }),
    steps: steps.slice(0, maxTold).map(({ after, before, byNs }): ClockStep => ({
      startMs: since(sentNs[after]),
      endMs: since(receivedNs[before]),
      aheadNsMin: Math.round(byNs.low),
      aheadNsMax: Math.round(byNs.high),
    })),
  };
}
