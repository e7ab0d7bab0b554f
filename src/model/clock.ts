/**
 * Clocks of different hosts, compared without trusting any: a ping left at t1 and its answer came at t2 (controller's
 * clock), the host answered at a (host's clock). What the host did at a time between two answers lies between the offsets
 * that either of them allows, each widened by drift, wherever its clock stepped meanwhile: so no bound rests on a step being seen.
 */
import { splitEpochs, type Epoch, type Step } from './epochs.ts';
import { driftRate, pingColumns, type Interval, type Ping, type PingColumns } from './ping.ts';

/** Further from any answer not even a drawing should guess. */
const horizonNs = 60e9;

/** In what boundsOf tells: the earliest and the latest time. */
export const [lowPlace, highPlace] = [0, 1];

/** What one host's clock is known to be. */
export interface HostClock {
  /** The controller's time, in ns, at a time of the host's clock. Undefined: there is no answer before it, or none after it. */
  toController(hostNs: number): Interval | undefined;
  /** The same of a time in a column, for those who ask for a million. It is the same memory each time, also when toController is asked. */
  boundsOf(timesNs: Float64Array, at: number): Float64Array | undefined;
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
  return clockOfColumns(pingColumns(pings));
}

/** The same; the columns are kept as they are. */
export function clockOfColumns(pings: PingColumns): HostClock {
  if (!isRising(pings)) return brokenClock;
  const { epochs, steps } = splitEpochs(pings);
  const bounded = epochs.map((epoch) => ({ ...epoch, bound: boundWithin(pings, epoch) }));
  const epochOf = epochNumbers(pings, epochs);
  const boundsAt = boundsFinder(pings, epochOf);
  const asked = new Float64Array(1);
  return {
    toController: (hostNs) => {
      asked[0] = hostNs;
      return intervalOf(boundsAt(asked, 0));
    },
    boundsOf: boundsAt,
    estimate: estimatesOf(pings, epochOf),
    bound: worstOf(bounded.map(({ bound }) => bound)),
    epochs: bounded,
    steps,
    isRising: true,
  };
}

/** Of a host whose clock ran backwards: what it calls later may have been earlier. */
export const brokenClock: HostClock = {
  toController: () => undefined,
  boundsOf: () => undefined,
  estimate: () => undefined,
  bound: undefined,
  epochs: [],
  steps: [],
  isRising: false,
};

/** Also where it is the controller's clock that runs backwards. */
function isRising({ sentNs, hostNs, receivedNs }: PingColumns): boolean {
  for (let at = 0; at < hostNs.length; at++) if (!((sentNs[at] ?? NaN) <= (receivedNs[at] ?? NaN))) return false;
  return [sentNs, hostNs, receivedNs].every((times) => {
    for (let at = 1; at < times.length; at++) if (!((times[at] ?? NaN) >= (times[at - 1] ?? NaN))) return false;
    return true;
  });
}

function intervalOf(bounds: Float64Array | undefined): Interval | undefined {
  return bounds === undefined ? undefined : { low: bounds[lowPlace] ?? NaN, high: bounds[highPlace] ?? NaN };
}

/** A check asks for the times of a million records, mostly one after the other: the answers around the last one are kept. */
function boundsFinder(pings: PingColumns, epochOf: Uint32Array): HostClock['boundsOf'] {
  const bounds = new Float64Array(2);
  const { hostNs: times } = pings;
  const laters = latersOf(times);
  let from = Infinity;
  let until = -Infinity;
  let before = -1;
  let after = times.length;
  let isOneEpoch = false;
  return (timesNs, at) => {
    const hostNs = timesNs[at] ?? NaN;
    if (!(hostNs > from && hostNs < until)) {
      // A clock that stood still says the same time long before and after it answered: only earlier and later times count.
      before = firstSince(times, hostNs) - 1;
      after = times[before + 1] === hostNs ? (laters[before + 1] ?? Infinity) : before + 1;
      const isNext = after === before + 1;
      [from, until] = isNext ? [times[before] ?? Infinity, times[after] ?? -Infinity] : [Infinity, -Infinity];
      isOneEpoch = epochOf[before] === epochOf[after];
    }
    if (before < 0 || after >= times.length) return undefined;
    setBetween(bounds, pings, { before, after, hostNs, isOneEpoch });
    return bounds;
  };
}

/** A time of the host's clock, and the answers, by place, that it lies between. */
interface Between {
  readonly before: number;
  readonly after: number;
  readonly hostNs: number;
  readonly isOneEpoch: boolean;
}

/**
 * It happened after the ping before it was sent, and before the answer after it came, whatever the clocks did. Within an epoch
 * the offset then lies between what the two answers allow, each widened by drift: before and after a step, and during a slew.
 */
function setBetween(bounds: Float64Array, pings: PingColumns, at: Between): void {
  const sentNs = pings.sentNs[at.before] ?? NaN;
  const receivedNs = pings.receivedNs[at.after] ?? NaN;
  bounds[lowPlace] = sentNs;
  bounds[highPlace] = receivedNs;
  if (!at.isOneEpoch) return;
  const since = at.hostNs - (pings.hostNs[at.before] ?? NaN);
  const left = (pings.hostNs[at.after] ?? NaN) - at.hostNs;
  const nextSentNs = pings.sentNs[at.after] ?? NaN;
  const lastReceivedNs = pings.receivedNs[at.before] ?? NaN;
  const low = Math.min(sentNs + since - driftRate * since, nextSentNs - left - driftRate * left);
  const high = Math.max(lastReceivedNs + since + driftRate * since, receivedNs - left + driftRate * left);
  const from = Math.max(sentNs, low);
  const until = Math.min(receivedNs, high);
  if (!(from <= until)) return;
  bounds[lowPlace] = from;
  bounds[highPlace] = until;
}

function estimatesOf(pings: PingColumns, epochOf: Uint32Array): (hostNs: number) => number | undefined {
  // Asked for twice a sample, of a thousand hosts: what is between two answers is worked out in the same memory each time.
  const bounds = new Float64Array(2);
  const { hostNs: times } = pings;
  const apart = (at: number, hostNs: number): number => Math.abs(hostNs - (times[at] ?? Infinity));
  return (hostNs) => {
    const after = firstSince(times, hostNs);
    const before = after - 1;
    if (before >= 0 && after < times.length && epochOf[before] === epochOf[after]) {
      setBetween(bounds, pings, { before, after, hostNs, isOneEpoch: true });
      return ((bounds[lowPlace] ?? NaN) + (bounds[highPlace] ?? NaN)) / 2;
    }
    const nearest = apart(before, hostNs) <= apart(after, hostNs) ? before : after;
    if (!(apart(nearest, hostNs) <= horizonNs)) return undefined;
    const middle = ((pings.sentNs[nearest] ?? NaN) + (pings.receivedNs[nearest] ?? NaN)) / 2;
    return middle + hostNs - (times[nearest] ?? NaN);
  };
}

function epochNumbers({ hostNs }: PingColumns, epochs: readonly Epoch[]): Uint32Array {
  const numbers = new Uint32Array(hostNs.length);
  for (const [number, { first, last }] of epochs.entries()) numbers.fill(number, first, last + 1);
  return numbers;
}

/** In the middle between two answers a bound is at its widest. */
function boundWithin(pings: PingColumns, { first, last }: Epoch): Bound | undefined {
  const bounds = new Float64Array(2);
  let [bestNs, worstNs] = [Infinity, -Infinity];
  for (let before = first; before < last; before++) {
    const [from = NaN, until = NaN] = [pings.hostNs[before], pings.hostNs[before + 1]];
    if (from === until) continue;
    setBetween(bounds, pings, { before, after: before + 1, hostNs: (from + until) / 2, isOneEpoch: true });
    const widthNs = (bounds[highPlace] ?? NaN) - (bounds[lowPlace] ?? NaN);
    bestNs = Math.min(bestNs, widthNs);
    worstNs = Math.max(worstNs, widthNs);
  }
  return worstNs < bestNs ? undefined : { bestNs, worstNs: Math.max(0, worstNs) };
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
