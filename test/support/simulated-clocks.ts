/**
 * Clocks as they are at their worst: off by any amount, fast or slow by up to 500 ppm, now this and now that, and troubled now
 * and then: stepped ahead, standing still (a machine that is suspended), slewed by a twelfth (as time daemons do). Pings
 * take different ways there and back. All from a seed, in true time; nothing here knows how clocks are compared.
 */
import type { Random } from '../../src/model/random.ts';
import type { Ping } from '../../src/model/ping.ts';

export interface Clocks {
  /** What the controller's clock shows at a true time. */
  readonly controllerAt: (trueNs: number) => number;
  readonly hosts: readonly SimulatedHost[];
}

export interface SimulatedHost {
  readonly at: (trueNs: number) => number;
  readonly pings: readonly Ping[];
}

export interface ClocksOptions {
  readonly random: Random;
  readonly hosts: number;
  /** The clocks are asked for times from 0 to this. */
  readonly endNs: number;
  /** Between two pings of a host, at most. */
  readonly pauseNs: number;
  /** One way, at most. */
  readonly delayNs: number;
  /** At most so many, on any of the clocks. */
  readonly troubles: number;
  /** The length and size of a trouble, at most. */
  readonly troubleNs: number;
  /** Least time from one trouble to the next, beside one answer of each host. */
  readonly restNs?: number;
}

interface Trip {
  readonly sentNs: number;
  readonly answeredNs: number;
  readonly receivedNs: number;
}

export function simulateClocks(options: ClocksOptions): Clocks {
  const { random, hosts, endNs } = options;
  const trips = Array.from({ length: hosts }, () => tripsOf(options));
  const troubles = troublesOf(options, trips);
  const controllerAt = clockOf(random, endNs, troubles.get(hosts) ?? []);
  return {
    controllerAt,
    hosts: trips.map((own, host) => {
      const at = clockOf(random, endNs, troubles.get(host) ?? []);
      const pings = own.map(({ sentNs, answeredNs, receivedNs }) => ({
        sentNs: controllerAt(sentNs),
        hostNs: at(answeredNs),
        receivedNs: controllerAt(receivedNs),
      }));
      return { at, pings };
    }),
  };
}

/** From before 0 until after the end; a channel keeps the order of what goes through it, and several may be under way. */
function tripsOf({ random, endNs, pauseNs, delayNs }: ClocksOptions): readonly Trip[] {
  const delay = (): number => random.below(random.below(delayNs) + 1);
  const trips: Trip[] = [];
  let sentNs = -3 * (pauseNs + delayNs);
  let [answeredNs, receivedNs] = [-Infinity, -Infinity];
  for (; sentNs < endNs + pauseNs + delayNs; sentNs += 1 + random.below(pauseNs)) {
    answeredNs = Math.max(answeredNs, sentNs + delay());
    receivedNs = Math.max(receivedNs, answeredNs + delay());
    trips.push({ sentNs, answeredNs, receivedNs });
  }
  return trips;
}

/** From one time to another a clock runs at another speed; and jumps in the beginning. */
interface Trouble {
  readonly fromNs: number;
  readonly untilNs: number;
  readonly speed: number;
  readonly jumpNs: number;
}

/** By host, the controller last. Every host answers between one trouble and the next. */
function troublesOf(options: ClocksOptions, trips: readonly (readonly Trip[])[]): ReadonlyMap<number, Trouble[]> {
  const { random, hosts, endNs, troubleNs, restNs = 0 } = options;
  const troubles = new Map<number, Trouble[]>();
  let fromNs = -options.pauseNs;
  for (let count = random.below(options.troubles + 1); count > 0; count--) {
    fromNs += random.below(Math.ceil(endNs / options.troubles) + 1);
    const sizeNs = 1 + random.below(random.below(troubleNs) + 1);
    const kind = random.below(3);
    const trouble = {
      fromNs,
      untilNs: kind === 0 ? fromNs : fromNs + sizeNs,
      speed: kind === 0 ? 1 : kind === 1 ? 0 : random.below(2) === 0 ? 13 / 12 : 11 / 12,
      jumpNs: kind === 0 ? sizeNs : 0,
    };
    const clock = random.below(hosts + 1);
    troubles.set(clock, [...(troubles.get(clock) ?? []), trouble]);
    const answers = trips.map((own) => own.find(({ answeredNs }) => answeredNs > trouble.untilNs)?.answeredNs ?? 0);
    fromNs = Math.max(trouble.untilNs, ...answers) + restNs + 1;
  }
  return troubles;
}

/** Its speed changes now and then. */
function clockOf(random: Random, endNs: number, troubles: readonly Trouble[]): (trueNs: number) => number {
  const drift = (): number => 1 + (random.below(1_001) - 500) * 1e-6;
  const speeds = Array.from({ length: 8 }, drift);
  const edges = [
    ...speeds.map((_, at) => (endNs * at) / speeds.length),
    ...troubles.flatMap(({ fromNs, untilNs }) => [fromNs, untilNs]),
  ].sort((a, b) => a - b);
  const speedAt = (ns: number): number => {
    const trouble = troubles.find(({ fromNs, untilNs }) => ns >= fromNs && ns < untilNs);
    const own = speeds[Math.min(speeds.length - 1, Math.max(0, Math.floor((ns / endNs) * speeds.length)))] ?? 1;
    return own * (trouble?.speed ?? 1);
  };
  const startNs = random.below(2 ** 32) * 1e3;
  return (trueNs) => {
    let [atNs, value] = [edges[0] ?? 0, startNs];
    if (trueNs < atNs) return value - (atNs - trueNs) * speedAt(trueNs);
    for (const edge of [...edges.slice(1).filter((ns) => ns < trueNs), trueNs]) {
      value += (edge - atNs) * speedAt(atNs);
      atNs = edge;
    }
    return value + troubles.reduce((sum, { fromNs, jumpNs }) => sum + (fromNs <= trueNs ? jumpNs : 0), 0);
  };
}
