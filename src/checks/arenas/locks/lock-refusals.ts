/**
 * Locks that were refused although nobody can have had them: in the end, because one was never let go; in between, because
 * the lock of a neighbouring range reached too far. Everything that is unknown counts as a holder.
 */
import type { Evidence } from '../../journal/evidence.ts';
import type { LockBreach } from './lock-chains.ts';
import {
  isOfRanges,
  isVigil,
  type Doubt,
  type LockHistory,
  type Locks,
  type Refusal,
  type Section,
} from './lock-sections.ts';
import { possibleSpan, type Clock } from './lock-times.ts';

export function refusalBreaches(evidence: Evidence, locks: Locks): readonly LockBreach[] {
  const holders = new Map(locks.locks.map((lock) => [lock, new Holders(evidence, lock)]));
  return locks.locks.flatMap((lock) => {
    if (isVigil(lock)) return [];
    const neighbours = locks.locks.filter(({ name, range }) => name === lock.name && range !== lock.range);
    const groundless = lock.refusals.filter(
      (refusal) => isTelling(locks, lock, refusal) && holders.get(lock)?.mayHold(refusal) === false,
    );
    const leaks = groundless.filter(({ isInVerify }) => isInVerify).map((refusal) => leakOf(locks, lock, refusal));
    // What is still held in the end explains the rest.
    if (leaks.length > 0) return leaks;
    return groundless
      .filter((refusal) => neighbours.some((neighbour) => holders.get(neighbour)?.mayHold(refusal) === true))
      .map((refusal) => reachOf(lock, refusal, heldMeanwhile(evidence, neighbours, refusal)));
  });
}

/** Everybody must be known, or in the end one who is gone have had the lock when last heard of. */
function isTelling({ isWhole }: Locks, lock: LockHistory, { isInVerify, isLastTry }: Refusal): boolean {
  if (!isInVerify) return isWhole && isOfRanges(lock);
  return isLastTry && (isWhole || lock.sections.some(isNeverLetGo));
}

function isNeverLetGo({ endNs }: Section): boolean {
  return !Number.isFinite(endNs);
}

function leakOf({ isWhole }: Locks, lock: LockHistory, refusal: Refusal): LockBreach {
  const last = lock.sections.findLast(isNeverLetGo) ?? lock.sections.at(-1);
  return {
    code: 'L04',
    lock,
    by: 'refusal',
    hosts: [refusal.host],
    isOpen: !isWhole,
    ids: [...(last === undefined ? [] : [last.id]), refusal.id],
    expected: 'free: all who held it have let go',
    found: isWhole ? 'still held, seconds later' : 'still held, maybe by a worker whose last operations are unknown',
  };
}

/** One hold of a neighbouring range that may have been there then. */
function heldMeanwhile(evidence: Evidence, all: readonly LockHistory[], refusal: Refusal): Section | undefined {
  return all
    .flatMap(({ sections }) => sections)
    .find((section) => {
      const clock = section.host === refusal.host ? refusal.host : undefined;
      const [held, refused] = [possibleSpan(evidence, clock, section), possibleSpan(evidence, clock, refusal)];
      return held.low <= refused.high && refused.low <= held.high;
    });
}

function reachOf(lock: LockHistory, refusal: Refusal, held: Section | undefined): LockBreach {
  return {
    code: 'L06',
    lock,
    by: 'refusal',
    hosts: [refusal.host],
    ids: [...(held === undefined ? [] : [held.id]), refusal.id],
    expected: 'free: nobody held this range, but a neighbouring one',
    found: 'refused',
  };
}

/** Whose refusal it was, if it was one: a worker's own don't stand in its way. */
type Holder = Doubt & { readonly refused?: number | undefined };

interface Possible extends Pick<Holder, 'host' | 'isShared' | 'refused'> {
  readonly low: number;
  readonly high: number;
  /** The latest end up to this one. */
  latest: number;
}

/** Who may have held one lock, and when. */
class Holders {
  readonly #evidence: Evidence;
  readonly #lock: LockHistory;
  readonly #byClock = new Map<Clock, readonly Possible[]>();

  constructor(evidence: Evidence, lock: LockHistory) {
    this.#evidence = evidence;
    this.#lock = lock;
  }

  /** While it was refused; one who wants to share is in nobody's way who shares. */
  mayHold(refusal: Refusal): boolean {
    return this.#isFound(refusal, refusal.host) || this.#isFound(refusal, undefined);
  }

  #isFound(refusal: Refusal, clock: Clock): boolean {
    const { low, high } = possibleSpan(this.#evidence, clock, refusal);
    const possible = this.#on(clock);
    for (let at = firstAfter(possible, high) - 1; at >= 0; at--) {
      const holder = possible[at];
      if (holder === undefined || holder.latest < low) return false;
      const isOther = holder.refused !== refusal.worker && (clock !== undefined || holder.host !== refusal.host);
      if (isOther && holder.high >= low && !(holder.isShared && refusal.isShared)) return true;
    }
    return false;
  }

  #on(clock: Clock): readonly Possible[] {
    const known = this.#byClock.get(clock);
    if (known !== undefined) return known;
    const all = this.#all()
      .filter(({ host }) => clock === undefined || host === clock)
      .map(({ host, isShared, startNs, endNs, refused }): Possible => {
        const { low, high } = possibleSpan(this.#evidence, clock, { host, startNs, endNs });
        return { host, isShared, refused, low, high, latest: high };
      })
      .sort((a, b) => a.low - b.low);
    let latest = -Infinity;
    for (const holder of all) holder.latest = latest = Math.max(latest, holder.high);
    this.#byClock.set(clock, all);
    return all;
  }

  #all(): readonly Holder[] {
    const { sections, doubts, refusals } = this.#lock;
    // A server that asks several disks may be in the middle of a refusal, with half of the lock.
    const halves = refusals.filter(({ host }) => this.#evidence.hosts[host]?.client.isNetwork !== false);
    // Of one whose last operations are unknown it isn't known that it let go, which the finding says.
    const known = sections.filter(({ worker, endNs }) => Number.isFinite(endNs) || this.#evidence.whole.has(worker));
    return [
      ...known,
      ...doubts,
      ...halves.map(({ host, worker, isShared, startNs, endNs }) => ({
        host,
        isShared,
        startNs,
        endNs,
        refused: worker,
      })),
    ];
  }
}

/** The first that begins later. */
function firstAfter(possible: readonly Possible[], time: number): number {
  let low = 0;
  let high = possible.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((possible[middle]?.low ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
