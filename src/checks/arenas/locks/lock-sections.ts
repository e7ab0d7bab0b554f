/**
 * What was done under the locks of the arena `locks` (see workloads/arenas/locks.ts): for each lock the sections between
 * getting it and letting it go, with the counters that were read and written there, and the tries that were refused.
 */
import { errnoNameOf } from '../../../model/errno.ts';
import { lockFlags, lockFolders } from '../../../model/locks.ts';
import { folderOf, ownerOfArena } from '../../../model/namespace.ts';
import { contents, outcomes, recordKinds } from '../../../model/record.ts';
import { stampBytes } from '../../../model/stamp.ts';
import type { Evidence } from '../../journal/evidence.ts';
import { verifyPhase } from '../../journal/phases.ts';
import { entryAt, type Entry } from '../../journal/record-log.ts';

/** A counter that was seen: `writer/operation`, or none yet; undefined: bytes that are no counter. */
export type Source = string | undefined;
export const noCounter: Source = 'none';

export interface CounterRead {
  readonly id: number;
  readonly source: Source;
  readonly number: number;
}

export interface CounterWrite {
  readonly id: number;
  /** As others see it. */
  readonly source: string;
  readonly number: number;
  readonly isAnswered: boolean;
}

/** One hold of one lock. Times are of the host's clock. */
export interface Section {
  /** Of the record that got the lock. */
  readonly id: number;
  readonly host: number;
  readonly worker: number;
  readonly isShared: boolean;
  /** It was asked for, and later it was there. */
  readonly startNs: number;
  readonly heldNs: number;
  /** It certainly had it until then; -Infinity: nothing is known after it got it. */
  letGoNs: number;
  /** It certainly had it no longer from then on. */
  endNs: number;
  readonly reads: CounterRead[];
  write: CounterWrite | undefined;
}

/** A try that was refused. */
export interface Refusal {
  readonly id: number;
  readonly host: number;
  readonly worker: number;
  readonly isShared: boolean;
  readonly isLastTry: boolean;
  readonly isInVerify: boolean;
  readonly startNs: number;
  readonly endNs: number;
}

/** A time in which somebody may have had the lock without having been told. */
export type Doubt = Pick<Section, 'host' | 'startNs' | 'endNs' | 'isShared'>;

/** One lock. */
export interface LockHistory {
  readonly name: number;
  readonly range: number;
  readonly sections: Section[];
  readonly refusals: Refusal[];
  readonly doubts: Doubt[];
}

export interface Locks {
  readonly locks: readonly LockHistory[];
  /** Workers of which an error told that what they had written may be lost. */
  readonly unsure: ReadonlySet<number>;
  /** Every operation of every worker is known. */
  readonly isWhole: boolean;
}

/** Of the hosts that share a directory. */
export function readLocks(evidence: Evidence, group: ReadonlySet<number>): Locks {
  const reader = new LockReader(evidence);
  evidence.log.visit(
    ownerOfArena('locks'),
    (segment, at) => reader.take(entryAt(segment, at)),
    ({ host }) => group.has(host),
  );
  return reader.finish(group);
}

/** Of one worker and one lock: the section that it is in. */
class LockReader {
  readonly #evidence: Evidence;
  readonly #locks = new Map<string, LockHistory>();
  readonly #open = new Map<string, Section>();
  readonly #unsure = new Set<number>();
  /** By worker: when its last operation ended. */
  readonly #lastNs = new Map<number, number>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  take(entry: Entry): void {
    const { record, worker } = entry;
    const isAnswered = record.outcome !== outcomes.pending;
    if (isAnswered) this.#lastNs.set(worker, record.endNs);
    const key = `${worker}/${record.name}/${record.first}`;
    switch (record.kind) {
      case recordKinds.lock:
        return this.#takeLock(entry, key);
      case recordKinds.unlock:
        return this.#takeUnlock(entry, key);
      case recordKinds.read:
        if (record.outcome === outcomes.ok) this.#open.get(key)?.reads.push(readOf(entry));
        return;
      case recordKinds.write: {
        const section = this.#open.get(key);
        if (section !== undefined) section.write = writeOf(entry);
        return;
      }
      case recordKinds.fsync:
        if (record.outcome !== outcomes.ok) this.#unsure.add(worker);
    }
  }

  finish(group: ReadonlySet<number>): Locks {
    const { facts, whole } = this.#evidence;
    let isWhole = true;
    for (const host of group) {
      for (let rank = 0; rank < facts.workers; rank++) isWhole &&= whole.has(host * facts.workers + rank);
    }
    // Until its last operation it hadn't let go.
    for (const section of this.#open.values()) section.letGoNs = this.#lastNs.get(section.worker) ?? -Infinity;
    // What is written late may be lost after the last word of an agent, whose sync would have told of it.
    const unsure = new Set(this.#unsure);
    for (const { sections } of this.#locks.values()) {
      for (const { worker } of sections) {
        if (!whole.has(worker)) unsure.add(worker);
      }
    }
    const locks = [...this.#locks.values()].sort((a, b) => a.name - b.name || a.range - b.range);
    return { locks, unsure, isWhole };
  }

  #takeLock(entry: Entry, key: string): void {
    const { record, host, worker, id, phase } = entry;
    const { startNs, endNs, flags } = record;
    const isShared = (flags & lockFlags.isShared) !== 0;
    const lock = this.#lockOf(entry);
    if (record.outcome === outcomes.ok) {
      const section: Section = {
        id,
        host,
        worker,
        isShared,
        startNs,
        heldNs: endNs,
        letGoNs: -Infinity,
        endNs: Infinity,
        reads: [],
        write: undefined,
      };
      lock.sections.push(section);
      this.#open.set(key, section);
    } else if (this.#isRefused(entry)) {
      const isLastTry = (flags & lockFlags.isLastTry) !== 0;
      const isInVerify = phase === verifyPhase;
      lock.refusals.push({ id, host, worker, isShared, isLastTry, isInVerify, startNs, endNs });
    } else lock.doubts.push({ host, isShared, startNs, endNs: Infinity });
  }

  #takeUnlock({ record }: Entry, key: string): void {
    const section = this.#open.get(key);
    if (section === undefined) return;
    this.#open.delete(key);
    section.letGoNs = record.startNs;
    // An error of it leaves the lock wherever it is.
    if (record.outcome === outcomes.ok) section.endNs = record.endNs;
  }

  #isRefused({ record, host }: Entry): boolean {
    if (record.outcome !== outcomes.error) return false;
    return errnoNameOf(record.errno, this.#evidence.hosts[host]?.client.platform ?? '') === 'EAGAIN';
  }

  #lockOf({ record: { name, first: range } }: Entry): LockHistory {
    const key = `${name}/${range}`;
    const known = this.#locks.get(key);
    if (known !== undefined) return known;
    const lock: LockHistory = { name, range, sections: [], refusals: [], doubts: [] };
    this.#locks.set(key, lock);
    return lock;
  }
}

function readOf({ id, record }: Entry): CounterRead {
  switch (record.content) {
    case contents.none:
      return { id, source: noCounter, number: 0 };
    case contents.data:
      return { id, source: `${record.writer}/${record.incarnation}`, number: record.generation };
    default:
      return { id, source: undefined, number: 0 };
  }
}

function writeOf({ id, worker, record }: Entry): CounterWrite {
  const isAnswered = record.outcome === outcomes.ok && record.size === stampBytes;
  return { id, source: `${worker}/${record.sequence}`, number: record.generation, isAnswered };
}

export function isVigil({ name }: LockHistory): boolean {
  return folderOf(name) === lockFolders.vigil;
}

export function isOfRanges({ name }: LockHistory): boolean {
  return folderOf(name) !== lockFolders.whole;
}
