/**
 * Clocks of different hosts, compared without trusting any: the controller's ping left at t1 and its answer came at t2
 * (controller's clock), the host answered at a (host's clock). So at a the host's clock was ahead of the controller's by
 * something in [a - t2, a - t1]. Each bound holds at other times too, widened by the drift that kernels allow.
 */
export interface Ping {
  readonly sentNs: number;
  readonly hostNs: number;
  readonly receivedNs: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Linux slews a monotonic clock by up to 500 ppm; both sides may. */
const driftRate = 1000e-6;

/** Pings further than this from the time asked have drifted too wide to sharpen anything. */
const horizonNs = 60e9;

/** What one host's clock is known to be, from pings in the order in which they were sent. */
export interface HostClock {
  /** The controller's time, in ns, at a time of the host's clock. Undefined: no ping says anything. */
  toController(hostNs: number): Interval | undefined;
  /** The widest and narrowest bound at the times of the pings, in ns; undefined without pings. */
  readonly bound: { readonly bestNs: number; readonly worstNs: number } | undefined;
  /** True when no one offset explains neighbouring pings: the clock stepped, or the host was suspended. */
  readonly hasStep: boolean;
}

export function hostClock(pings: readonly Ping[]): HostClock {
  const offsetAt = offsetsOf(pings);
  const offsets = pings.map((ping) => offsetAt(ping.hostNs));
  const known = offsets.filter((offset) => offset !== undefined);
  const widths = known.filter((offset) => offset.high >= offset.low).map((offset) => offset.high - offset.low);
  return {
    toController(hostNs) {
      const offset = offsetAt(hostNs);
      return offset === undefined || offset.high < offset.low
        ? undefined
        : { low: hostNs - offset.high, high: hostNs - offset.low };
    },
    bound:
      widths.length === 0
        ? undefined
        : {
            bestNs: widths.reduce((best, width) => Math.min(best, width)),
            worstNs: widths.reduce((worst, width) => Math.max(worst, width)),
          },
    hasStep: known.some((offset) => offset.high < offset.low),
  };
}

/**
 * A check asks for the time of each of a million records, and few of the pings of two minutes can be the sharpest one: a
 * second of drift is wider than most answers take. So those that can be are looked for once for every second.
 */
function offsetsOf(pings: readonly Ping[]): (hostNs: number) => Interval | undefined {
  const first = pings[0]?.hostNs ?? Infinity;
  const last = pings.at(-1)?.hostNs ?? -Infinity;
  const isRising = pings.every(({ hostNs }, at) => hostNs >= (pings[at - 1]?.hostNs ?? -Infinity));
  const sharpest = new Map<number, readonly Ping[]>();
  return (hostNs) => {
    if (!isRising) return offsetAt(pings, hostNs);
    if (!(hostNs >= first - horizonNs && hostNs <= last + horizonNs)) return undefined;
    const second = Math.floor(hostNs / 1e9);
    let near = sharpest.get(second);
    if (near === undefined) {
      near = sharpestOf(pings, { fromNs: second * 1e9, untilNs: (second + 1) * 1e9 });
      sharpest.set(second, near);
    }
    return offsetAt(near, hostNs);
  };
}

/** The pings that bound the offset best at any time between two: each that another beats throughout is left out. */
function sharpestOf(
  pings: readonly Ping[],
  span: { readonly fromNs: number; readonly untilNs: number },
): readonly Ping[] {
  const { fromNs, untilNs } = span;
  const near: Ping[] = [];
  let low = -Infinity;
  let high = Infinity;
  for (let at = firstSince(pings, fromNs - horizonNs); at < pings.length; at++) {
    const ping = pings[at];
    if (ping === undefined || ping.hostNs > untilNs + horizonNs) break;
    near.push(ping);
    // Only what bounds all of the time may beat another.
    if (ping.hostNs < untilNs - horizonNs || ping.hostNs > fromNs + horizonNs) continue;
    const drift = driftRate * Math.max(Math.abs(fromNs - ping.hostNs), Math.abs(untilNs - ping.hostNs));
    low = Math.max(low, ping.hostNs - ping.receivedNs - drift);
    high = Math.min(high, ping.hostNs - ping.sentNs + drift);
  }
  return near.filter((ping) => {
    const apart = Math.max(0, fromNs - ping.hostNs, ping.hostNs - untilNs);
    // A little more is kept than need be, so that no rounding decides.
    const drift = driftRate * apart - roundingNs;
    return ping.hostNs - ping.receivedNs - drift >= low || ping.hostNs - ping.sentNs + drift <= high;
  });
}

/** Far above the error of arithmetic on times of years in ns. */
const roundingNs = 1000;

/** Host's clock minus controller's: the intersection of what each ping near this time allows. Empty (high < low) after a step. */
function offsetAt(pings: readonly Ping[], hostNs: number): Interval | undefined {
  let low = -Infinity;
  let high = Infinity;
  for (let at = firstSince(pings, hostNs - horizonNs); at < pings.length; at++) {
    const ping = pings[at];
    if (ping === undefined || ping.hostNs > hostNs + horizonNs) break;
    const drift = driftRate * Math.abs(hostNs - ping.hostNs);
    low = Math.max(low, ping.hostNs - ping.receivedNs - drift);
    high = Math.min(high, ping.hostNs - ping.sentNs + drift);
  }
  return low === -Infinity ? undefined : { low, high };
}

function firstSince(pings: readonly Ping[], hostNs: number): number {
  let low = 0;
  let high = pings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pings[middle]?.hostNs ?? Infinity) < hostNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the pings of each second, the two that bound the offset best: what is worth keeping of ten a second. */
export function thinPings(pings: readonly Ping[]): readonly Ping[] {
  const best = new Map<number, { low: Ping; high: Ping }>();
  for (const ping of pings) {
    const second = Math.floor(ping.hostNs / 1e9);
    const kept = best.get(second);
    if (kept === undefined) best.set(second, { low: ping, high: ping });
    else {
      if (ping.hostNs - ping.receivedNs > kept.low.hostNs - kept.low.receivedNs) kept.low = ping;
      if (ping.hostNs - ping.sentNs < kept.high.hostNs - kept.high.sentNs) kept.high = ping;
    }
  }
  return [...best.values()].flatMap(({ low, high }) =>
    low === high ? [low] : low.hostNs < high.hostNs ? [low, high] : [high, low],
  );
}
