/**
 * Pings in stretches that one offset and the drift explain. Where the next answer fits none of the offsets that are left,
 * the host's clock stepped, ran too fast or slow, or one of both machines was suspended.
 */
import { driftRate, pingColumns, type Interval, type Ping, type PingColumns } from './ping.ts';

/** From one ping to another, both included, by place. */
export interface Epoch {
  readonly first: number;
  readonly last: number;
}

export interface Step {
  /** It lies between these two pings, by place: the first can't be explained together with the second, the start of an epoch. */
  readonly after: number;
  readonly before: number;
  /** By how much the host's clock got ahead of the controller's; below zero: fell behind. */
  readonly byNs: Interval;
}

export function splitEpochs({ sentNs, hostNs, receivedNs }: PingColumns): {
  readonly epochs: readonly Epoch[];
  readonly steps: readonly Step[];
} {
  const epochs: { first: number; last: number }[] = [];
  const steps: Step[] = [];
  const left = new Offsets();
  let before = NaN;
  for (let at = 0; at < hostNs.length; at++) {
    const host = hostNs[at] ?? NaN;
    const low = host - (receivedNs[at] ?? NaN);
    const high = host - (sentNs[at] ?? NaN);
    const epoch = epochs.at(-1);
    if (epoch !== undefined) left.widen(Math.abs(host - before));
    const isOn = epoch !== undefined && host >= before && low <= left.high && high >= left.low;
    if (isOn) {
      epoch.last = at;
      left.narrow(low, high, at);
    } else {
      if (epoch !== undefined) {
        const after = low > left.high ? left.highFrom : left.lowFrom;
        steps.push({ after, before: at, byNs: { low: low - left.high, high: high - left.low } });
      }
      epochs.push({ first: at, last: at });
      left.start(low, high, at);
    }
    before = host;
  }
  return { epochs, steps };
}

/** What an epoch's pings leave of the offset, and which of them say so. One for all of them: a run has millions of pings. */
class Offsets {
  low = NaN;
  high = NaN;
  lowFrom = 0;
  highFrom = 0;

  start(low: number, high: number, at: number): void {
    this.low = low;
    this.high = high;
    this.lowFrom = at;
    this.highFrom = at;
  }

  widen(elapsedNs: number): void {
    const drift = driftRate * elapsedNs;
    this.low -= drift;
    this.high += drift;
  }

  narrow(low: number, high: number, at: number): void {
    if (low >= this.low) {
      this.low = low;
      this.lowFrom = at;
    }
    if (high <= this.high) {
      this.high = high;
      this.highFrom = at;
    }
  }
}

/** Of ten pings a second the fastest of each of these is worth keeping, */
const keptEveryNs = 5e8;
/** and less where all of a time are slow, down to this: what is between two pings that are kept is the less certain. */
const maxGapNs = 5e9;

/** Those that bound best. All that shows a step is kept, and the pings next to it: the steps that what is left shows are the same. */
export function thinPings(pings: readonly Ping[]): readonly Ping[] {
  const { epochs, steps } = splitEpochs(pingColumns(pings));
  const edges = new Set(steps.flatMap(({ after, before }) => [after, before - 1, before]));
  // Before the first and after the last there is no bound.
  const kept = new Set([...edges, 0, pings.length - 1]);
  for (const { first, last } of epochs) {
    const fastest = new Map<number, number>();
    for (let at = first; at <= last; at++) {
      const span = Math.floor((pings[at]?.hostNs ?? 0) / keptEveryNs);
      const known = fastest.get(span);
      if (known === undefined || tripNs(pings[at]) < tripNs(pings[known])) fastest.set(span, at);
    }
    for (const at of fastest.values()) kept.add(at);
  }
  const slow = slowOf(
    pings,
    [...kept].sort((a, b) => a - b),
    edges,
  );
  return pings.filter((_, at) => kept.has(at) && !slow.has(at));
}

/** Those without which faster ones on both sides bound their time better; the slowest first. */
function slowOf(pings: readonly Ping[], kept: readonly number[], edges: ReadonlySet<number>): ReadonlySet<number> {
  const before = new Map(kept.map((at, place) => [at, kept[place - 1]]));
  const after = new Map(kept.map((at, place) => [at, kept[place + 1]]));
  const slow = new Set<number>();
  for (const at of kept.toSorted((a, b) => tripNs(pings[b]) - tripNs(pings[a]))) {
    const [last, next] = [before.get(at), after.get(at)];
    if (last === undefined || next === undefined || edges.has(at)) continue;
    const gapNs = apartNs(pings, last, next);
    const withoutNs =
      Math.max(...[before, after].map((way) => fastestNs(pings, at, { way, edges }))) + driftRate * maxGapNs;
    if (gapNs > maxGapNs || tripNs(pings[at]) <= withoutNs) continue;
    slow.add(at);
    after.set(last, next);
    before.set(next, last);
  }
  return slow;
}

/** Of those that are left on one side, as far as a gap, and not across a step. */
function fastestNs(
  pings: readonly Ping[],
  from: number,
  { way, edges }: { readonly way: ReadonlyMap<number, number | undefined>; readonly edges: ReadonlySet<number> },
): number {
  let fastest = Infinity;
  for (let at = way.get(from); at !== undefined && apartNs(pings, from, at) <= maxGapNs; at = way.get(at)) {
    fastest = Math.min(fastest, tripNs(pings[at]));
    if (edges.has(at)) break;
  }
  return fastest;
}

function apartNs(pings: readonly Ping[], one: number, other: number): number {
  return Math.abs((pings[other]?.hostNs ?? Infinity) - (pings[one]?.hostNs ?? 0));
}

function tripNs(ping: Ping | undefined): number {
  return ping === undefined ? Infinity : ping.receivedNs - ping.sentNs;
}
