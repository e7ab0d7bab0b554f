/**
 * Where an operation stands among the changes of a tree's owner, as far as that is certain: in the owner's own program
 * order; on the same host by its clock; between hosts by the bounds of both clocks. An owner's changes follow each
 * other, so that what certainly ended is a first part of them, and what certainly began later a last part.
 */
import { layout, outcomes, recordKinds } from '../model/record.ts';
import type { HostClock } from '../model/clock.ts';
import { hostOf, isTimed, type Evidence } from './evidence.ts';
import { inStress } from './phases.ts';
import type { Segment } from './record-log.ts';
import type { Window } from './steps.ts';

/**
 * What puts the operations of a worker in order with the owner's changes. Bounds are a model of clocks, the others are facts:
 * where only bounds say that a read saw a change before it began, it is the model that is suspect, not the file system.
 */
export type Basis = 'program order' | 'host clock' | 'clock bounds' | 'nothing';

export interface Order {
  /** Changes with ids below this certainly ended before the operation began. */
  ended(segment: Segment, at: number): number;
  /** Changes with this id and above certainly began after the operation ended. */
  begun(segment: Segment, at: number): number;
  /** What `ended` and `begun` rest on, for all operations of a segment. */
  basis(segment: Pick<Segment, 'host' | 'worker'>): Basis;
}

export function windowOf(order: Order, segment: Segment, at: number): Window {
  return { ended: order.ended(segment, at), begun: order.begun(segment, at) };
}

const looks: ReadonlySet<number> = new Set([
  recordKinds.read,
  recordKinds.observe,
  recordKinds.stat,
  recordKinds.list,
  recordKinds.listed,
]);

export function orderOf(evidence: Evidence, owner: number): Order {
  const changes = new OwnerChanges(evidence, owner);
  const isOwn = (segment: Segment): boolean => segment.worker === owner && inStress(segment);
  evidence.log.visit(owner, (segment, at) => changes.take(segment, at), isOwn);
  return changes;
}

class OwnerChanges implements Order {
  readonly #evidence: Evidence;
  readonly #owner: number;
  readonly #host: number;
  readonly #clock: HostClock | undefined;
  readonly #ids: number[] = [];
  readonly #startsNs: number[] = [];
  readonly #endsNs: number[] = [];
  /** On the controller's clock, worked out when first asked for; NaN: not yet, and no boxed numbers. */
  readonly #startsLow: number[] = [];
  readonly #endsHigh: number[] = [];

  constructor(evidence: Evidence, owner: number) {
    this.#evidence = evidence;
    this.#owner = owner;
    this.#host = hostOf(evidence.facts, owner);
    this.#clock = evidence.hosts[this.#host]?.clock;
  }

  take({ views, firstId }: Segment, at: number): void {
    if (looks.has(views.u8[at * 64 + layout.kind] ?? 0)) return;
    const isAnswered = views.u8[at * 64 + layout.outcome] !== outcomes.pending;
    this.#ids.push(firstId + at);
    this.#startsNs.push(views.f64[at * 8 + layout.startNs] ?? 0);
    this.#endsNs.push(isAnswered ? (views.f64[at * 8 + layout.endNs] ?? Infinity) : Infinity);
    this.#startsLow.push(NaN);
    this.#endsHigh.push(NaN);
  }

  ended(segment: Segment, at: number): number {
    if (segment.worker === this.#owner) return segment.firstId + at;
    const startNs = segment.views.f64[at * 8 + layout.startNs] ?? 0;
    if (segment.host === this.#host) {
      if (!isTimed(this.#evidence, this.#host)) return 0;
      return this.#idOf(this.#firstNot((change) => (this.#endsNs[change] ?? Infinity) < startNs));
    }
    const start = this.#evidence.hosts[segment.host]?.clock?.toController(startNs)?.low;
    return start === undefined ? 0 : this.#idOf(this.#firstNot((change) => this.#endHigh(change) < start));
  }

  begun(segment: Segment, at: number): number {
    if (segment.worker === this.#owner) return segment.firstId + at;
    const endNs = segment.views.f64[at * 8 + layout.endNs] ?? Infinity;
    if (segment.host === this.#host) {
      if (!isTimed(this.#evidence, this.#host)) return Infinity;
      return this.#idOf(this.#firstNot((change) => !((this.#startsNs[change] ?? 0) > endNs)));
    }
    const end = this.#evidence.hosts[segment.host]?.clock?.toController(endNs)?.high;
    return end === undefined ? Infinity : this.#idOf(this.#firstNot((change) => !(this.#startLow(change) > end)));
  }

  basis({ host, worker }: Pick<Segment, 'host' | 'worker'>): Basis {
    if (worker === this.#owner) return 'program order';
    if (host === this.#host) return isTimed(this.#evidence, host) ? 'host clock' : 'nothing';
    const isCompared = [host, this.#host].every((one) => this.#evidence.hosts[one]?.clock?.bound !== undefined);
    return isCompared ? 'clock bounds' : 'nothing';
  }

  #idOf(change: number): number {
    return this.#ids[change] ?? Infinity;
  }

  /** Bounds needn't rise as times do, but what holds for one change is true of all before it (or after it). */
  #firstNot(holds: (change: number) => boolean): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #endHigh(change: number): number {
    const known = this.#endsHigh[change] ?? NaN;
    if (!Number.isNaN(known)) return known;
    const endNs = this.#endsNs[change] ?? Infinity;
    const high = Number.isFinite(endNs) ? (this.#clock?.toController(endNs)?.high ?? Infinity) : Infinity;
    this.#endsHigh[change] = high;
    return high;
  }

  #startLow(change: number): number {
    const known = this.#startsLow[change] ?? NaN;
    if (!Number.isNaN(known)) return known;
    const low = this.#clock?.toController(this.#startsNs[change] ?? 0)?.low ?? -Infinity;
    this.#startsLow[change] = low;
    return low;
  }
}
