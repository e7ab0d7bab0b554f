/**
 * Where an operation stands among the changes of a tree's owner, as far as that is certain: in the owner's own program
 * order; on the same host by its clock; between hosts by the bounds of both clocks. An owner's changes follow each
 * other, so that what certainly ended is a first part of them, and what certainly began later a last part.
 */
import { layout, outcomes, recordKinds } from '../../model/record.ts';
import { brokenClock, highPlace, lowPlace, type HostClock } from '../../model/clock.ts';
import { hostOf, isTimed, type Evidence } from '../journal/evidence.ts';
import { otherKinds } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import type { Segment } from '../journal/record-log.ts';
import { RisingTimes } from './rising-times.ts';
import { countBelow, countUpTo, type Window } from './steps.ts';

/**
 * What puts the operations of a worker in order with the owner's changes. Bounds are a model of clocks, the others are facts:
 * where only bounds say that a read saw a change before it began, it is the model that is suspect, not the file system.
 */
export type Basis = 'program order' | 'host clock' | 'clock bounds' | 'nothing';

export interface Order {
  /** The operations of this worker among the owner's changes. */
  windows(segment: Pick<Segment, 'host' | 'worker'>): Windows;
  /** What the windows of a worker rest on. */
  basis(segment: Pick<Segment, 'host' | 'worker'>): Basis;
}

/** Of operations by the ids of their records. */
export interface Windows {
  /** Changes with ids below this certainly ended before the operation began. */
  ended(id: number): number;
  /** Changes with this id and above certainly began after the operation ended. */
  begun(id: number): number;
}

export function windowOf(order: Order, segment: Segment, at: number): Window {
  const windows = order.windows(segment);
  const id = segment.firstId + at;
  return { ended: windows.ended(id), begun: windows.begun(id) };
}

const looks: ReadonlySet<number> = new Set([
  recordKinds.read,
  recordKinds.observe,
  recordKinds.stat,
  recordKinds.getxattr,
  recordKinds.list,
  recordKinds.listed,
]);
/** All others, also those that we know nothing of. */
const changing = otherKinds(looks);

export function orderOf(evidence: Evidence, owner: number): Order {
  const isOwn = (segment: Segment): boolean => segment.worker === owner && inStress(segment);
  return new OwnerChanges(evidence, owner, evidence.log.places(owner, isOwn, changing));
}

class OwnerChanges implements Order {
  readonly #evidence: Evidence;
  readonly #owner: number;
  readonly #host: number;
  readonly #ids: Uint32Array;
  readonly #startsNs: Float64Array;
  readonly #endsNs: Float64Array;
  /** By host, worked out when first asked for: of workers other than the owner. */
  readonly #windows: Windows[] = [];
  /** On the controller's clock. */
  #byBounds: Search | undefined;

  constructor(evidence: Evidence, owner: number, ids: Uint32Array) {
    this.#evidence = evidence;
    this.#owner = owner;
    this.#host = hostOf(evidence.facts, owner);
    this.#ids = ids;
    const { u8, f64 } = evidence.log.views;
    this.#startsNs = new Float64Array(ids.length);
    this.#endsNs = new Float64Array(ids.length);
    for (let change = 0; change < ids.length; change++) {
      const at = ids[change] ?? 0;
      const isAnswered = u8[at * 64 + layout.outcome] !== outcomes.pending;
      this.#startsNs[change] = f64[at * 8 + layout.startNs] ?? 0;
      this.#endsNs[change] = isAnswered ? (f64[at * 8 + layout.endNs] ?? Infinity) : Infinity;
    }
  }

  windows({ host, worker }: Pick<Segment, 'host' | 'worker'>): Windows {
    return worker === this.#owner ? ownWindows : (this.#windows[host] ??= this.#windowsOf(host));
  }

  basis({ host, worker }: Pick<Segment, 'host' | 'worker'>): Basis {
    if (worker === this.#owner) return 'program order';
    if (host === this.#host) return isTimed(this.#evidence, host) ? 'host clock' : 'nothing';
    const isCompared = [host, this.#host].every((one) => this.#evidence.hosts[one]?.clock?.bound !== undefined);
    return isCompared ? 'clock bounds' : 'nothing';
  }

  #windowsOf(host: number): Windows {
    const { f64 } = this.#evidence.log.views;
    const clock = this.#evidence.hosts[host]?.clock;
    const isSame = host === this.#host;
    if (isSame ? !isTimed(this.#evidence, host) : clock === undefined) return unknownWindows;
    const search = isSame ? new Search(this.#startsNs, this.#endsNs) : (this.#byBounds ??= this.#bounds());
    return isSame || clock === undefined
      ? new HostWindows(f64, search, this.#ids)
      : new ClockWindows(f64, search, { ids: this.#ids, clock });
  }

  #bounds(): Search {
    const clock = this.#evidence.hosts[this.#host]?.clock ?? brokenClock;
    const startsLow = new Float64Array(this.#ids.length);
    const endsHigh = new Float64Array(this.#ids.length);
    for (let change = 0; change < this.#ids.length; change++) {
      startsLow[change] = clock.boundsOf(this.#startsNs, change)?.[lowPlace] ?? -Infinity;
      endsHigh[change] = clock.boundsOf(this.#endsNs, change)?.[highPlace] ?? Infinity;
    }
    return new Search(startsLow, endsHigh);
  }
}

/** In program order. */
const ownWindows: Windows = { ended: (id) => id, begun: (id) => id };
const unknownWindows: Windows = { ended: () => 0, begun: () => Infinity };

/** By the clock of the owner's own host. */
class HostWindows implements Windows {
  readonly #times: Float64Array;
  readonly #search: Search;
  readonly #ids: Uint32Array;

  constructor(times: Float64Array, search: Search, ids: Uint32Array) {
    this.#times = times;
    this.#search = search;
    this.#ids = ids;
  }

  ended(id: number): number {
    return this.#ids[this.#search.endedBefore(this.#times, id * 8 + layout.startNs)] ?? Infinity;
  }

  begun(id: number): number {
    return this.#ids[this.#search.begunBy(this.#times, id * 8 + layout.endNs)] ?? Infinity;
  }
}

/** By the bounds of two clocks. */
class ClockWindows implements Windows {
  readonly #times: Float64Array;
  readonly #search: Search;
  readonly #ids: Uint32Array;
  readonly #clock: HostClock;

  constructor(times: Float64Array, search: Search, of: { readonly ids: Uint32Array; readonly clock: HostClock }) {
    this.#times = times;
    this.#search = search;
    this.#ids = of.ids;
    this.#clock = of.clock;
  }

  ended(id: number): number {
    const bounds = this.#clock.boundsOf(this.#times, id * 8 + layout.startNs);
    return bounds === undefined ? 0 : (this.#ids[this.#search.endedBefore(bounds, lowPlace)] ?? Infinity);
  }

  begun(id: number): number {
    const bounds = this.#clock.boundsOf(this.#times, id * 8 + layout.endNs);
    return bounds === undefined ? Infinity : (this.#ids[this.#search.begunBy(bounds, highPlace)] ?? Infinity);
  }
}

/**
 * Among the changes by their times, of which bounds needn't rise; but what holds for one change is true of all before it (or
 * after it). Where they do rise, it is looked for near what was found last, as who asks mostly does so in the order of time.
 */
class Search {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #rising: { readonly starts: RisingTimes; readonly ends: RisingTimes } | undefined;

  constructor(starts: Float64Array, ends: Float64Array) {
    this.#starts = starts;
    this.#ends = ends;
    if (isRising(starts) && isRising(ends))
      this.#rising = { starts: new RisingTimes(starts), ends: new RisingTimes(ends) };
  }

  /** `at`: of the time, in a column. */
  endedBefore(times: Float64Array, at: number): number {
    return this.#rising?.ends.countBelow(times, at) ?? countBelow(this.#ends, times[at] ?? NaN);
  }

  begunBy(times: Float64Array, at: number): number {
    return this.#rising?.starts.countUpTo(times, at) ?? countUpTo(this.#starts, times[at] ?? NaN);
  }
}

function isRising(times: Float64Array): boolean {
  for (let at = 1; at < times.length; at++) if (!((times[at - 1] ?? 0) <= (times[at] ?? 0))) return false;
  return true;
}
