/**
 * Clocks of different hosts, compared without trusting any: a ping left at t1 and its answer came at t2 (controller's
 * clock), the host answered at a (host's clock). What the host did at a time between two answers lies between the offsets
 * that both allow, wherever its clock stepped meanwhile: so no bound rests on a step being seen.
 */
import { splitEpochs, type Epoch, type Step } from './epochs.ts';
import { driftRate, type Interval, type Ping } from './ping.ts';

/** Further from any answer not even a drawing should guess. */
const horizonNs = 60e9;

/** What one host's clock is known to be. */
export interface HostClock {
  /** The controller's time, in ns, at a time of the host's clock. Undefined: there is no answer before it, or none after it. */
  toController(hostNs: number): Interval | undefined;
  /** The likeliest time, for drawings: proves nothing. */
  estimate(hostNs: number): number | undefined;
  /** The narrowest and widest bound in the middle between two answers of an epoch, in ns; undefined where there is none. */
  readonly bound: Bound | undefined;
  /** Stretches of pings that one offset and the drift explain; more than one: the clock stepped, or a machine was suspended. */
  readonly epochs: readonly (Epoch & { readonly bound: Bound | undefined })[];
  readonly steps: readonly Step[];
  /** False where the clock was seen to run backwards: no time of this host says anything then. */
  readonly isRising: boolean;
}

export interface Bound {
  readonly bestNs: number;
  readonly worstNs: number;
}

/** Pings in the order in which their answers came. */
export function hostClock(pings: readonly Ping[]): HostClock {
  if (!isRising(pings)) return brokenClock;
  const { epochs, steps } = splitEpochs(pings);
  const bounded = epochs.map((epoch) => ({ ...epoch, bound: boundWithin(pings, epoch) }));
  return {
    toController: boundsOf(pings, epochs),
    estimate: estimatesOf(pings, epochs),
    bound: worstOf(bounded.map(({ bound }) => bound)),
    epochs: bounded,
    steps,
    isRising: true,
  };
}

/** Of a host whose clock ran backwards: what it calls later may have been earlier. */
export const brokenClock: HostClock = {
  toController: () => undefined,
  estimate: () => undefined,
  bound: undefined,
  epochs: [],
  steps: [],
  isRising: false,
};

/** Also where it is the controller's clock that runs backwards. */
function isRising(pings: readonly Ping[]): boolean {
  return pings.every(({ sentNs, hostNs, receivedNs }, at) => {
    const before = pings[at - 1];
    if (sentNs > receivedNs) return false;
    return (
      before === undefined || (sentNs >= before.sentNs && hostNs >= before.hostNs && receivedNs >= before.receivedNs)
    );
  });
}

/** A check asks for the times of a million records, mostly one after the other: the answers around the last one are kept. */
function boundsOf(pings: readonly Ping[], epochs: readonly Epoch[]): (hostNs: number) => Interval | undefined {
  const times = Float64Array.from(pings, ({ hostNs }) => hostNs);
  const laters = latersOf(times);
  const epochOf = epochNumbers(pings, epochs);
  let from = Infinity;
  let until = -Infinity;
  let before: Ping | undefined;
  let after: Ping | undefined;
  let isOneEpoch = false;
  return (hostNs) => {
    if (!(hostNs > from && hostNs < until)) {
      // A clock that stood still says the same time long before and after it answered: only earlier and later times count.
      const first = firstSince(times, hostNs) - 1;
      const past = times[first + 1] === hostNs ? (laters[first + 1] ?? Infinity) : first + 1;
      [before, after] = [pings[first], pings[past]];
      [from, until] = past === first + 1 ? [times[first] ?? Infinity, times[past] ?? -Infinity] : [Infinity, -Infinity];
      isOneEpoch = epochOf[first] === epochOf[past];
    }
    return before === undefined || after === undefined ? undefined : between(before, after, { hostNs, isOneEpoch });
  };
}

/**
 * It happened after the ping before it was sent, and before the answer after it came, whatever the clocks did. Within an epoch
 * the offset then lies between what the two answers allow, each widened by drift: before and after a step, and during a slew.
 */
function between(before: Ping, after: Ping, at: { readonly hostNs: number; readonly isOneEpoch: boolean }): Interval {
  const causal = { low: before.sentNs, high: after.receivedNs };
  if (!at.isOneEpoch) return causal;
  const since = at.hostNs - before.hostNs;
  const left = after.hostNs - at.hostNs;
  const low = Math.min(before.sentNs + since - driftRate * since, after.sentNs - left - driftRate * left);
  const high = Math.max(before.receivedNs + since + driftRate * since, after.receivedNs - left + driftRate * left);
  const bound = { low: Math.max(causal.low, low), high: Math.min(causal.high, high) };
  return bound.low <= bound.high ? bound : causal;
}

function estimatesOf(pings: readonly Ping[], epochs: readonly Epoch[]): (hostNs: number) => number | undefined {
  const times = Float64Array.from(pings, ({ hostNs }) => hostNs);
  const epochOf = epochNumbers(pings, epochs);
  return (hostNs) => {
    const next = firstSince(times, hostNs);
    const [before, after] = [pings[next - 1], pings[next]];
    if (before !== undefined && after !== undefined && epochOf[next - 1] === epochOf[next]) {
      const { low, high } = between(before, after, { hostNs, isOneEpoch: true });
      return (low + high) / 2;
    }
    const apart = (ping: Ping | undefined): number => (ping === undefined ? Infinity : Math.abs(hostNs - ping.hostNs));
    const nearest = apart(before) <= apart(after) ? before : after;
    if (nearest === undefined || !(apart(nearest) <= horizonNs)) return undefined;
    return (nearest.sentNs + nearest.receivedNs) / 2 + hostNs - nearest.hostNs;
  };
}

function epochNumbers(pings: readonly Ping[], epochs: readonly Epoch[]): Uint32Array {
  const numbers = new Uint32Array(pings.length);
  for (const [number, { first, last }] of epochs.entries()) numbers.fill(number, first, last + 1);
  return numbers;
}

/** In the middle between two answers a bound is at its widest. */
function boundWithin(pings: readonly Ping[], { first, last }: Epoch): Bound | undefined {
  let bound: Bound | undefined;
  for (let at = first; at < last; at++) {
    const [before, after] = [pings[at], pings[at + 1]];
    if (before === undefined || after === undefined || before.hostNs === after.hostNs) continue;
    const { low, high } = between(before, after, { hostNs: (before.hostNs + after.hostNs) / 2, isOneEpoch: true });
    bound = worstOf([bound, { bestNs: high - low, worstNs: high - low }]);
  }
  return bound;
}

function worstOf(bounds: readonly (Bound | undefined)[]): Bound | undefined {
  const known = bounds.filter((bound) => bound !== undefined);
  if (known.length === 0) return undefined;
  return {
    bestNs: known.reduce((best, { bestNs }) => Math.min(best, bestNs), Infinity),
    worstNs: known.reduce((worst, { worstNs }) => Math.max(worst, worstNs), 0),
  };
}

/** Of each of rising times, the place of the next that is later. */
function latersOf(times: Float64Array): Uint32Array {
  const laters = new Uint32Array(times.length);
  for (let at = times.length - 1; at >= 0; at--) {
    laters[at] = times[at + 1] === times[at] ? (laters[at + 1] ?? 0) : at + 1;
  }
  return laters;
}

/** The first of rising times that isn't earlier. */
function firstSince(times: Float64Array, hostNs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) < hostNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
