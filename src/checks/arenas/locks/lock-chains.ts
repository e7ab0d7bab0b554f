/**
 * The counter under a lock is a chain: who holds the lock reads a number and writes the next one, so that every number has one
 * successor, and nobody who comes after its writer sees an older one. Two successors need no clock to be a contradiction;
 * whether two held the lock at the same time, or one was shown old data, is what times say where they can. A write of unknown
 * outcome may land at any later time: what only it explains proves nothing.
 */
import type { Evidence } from '../../journal/evidence.ts';
import { byClock, isBefore, possibleSpan } from './lock-times.ts';
import {
  noCounter,
  type CounterRead,
  type CounterWrite,
  type LockHistory,
  type Locks,
  type Section,
  type Source,
} from './lock-sections.ts';

/** A broken promise of a lock. */
export interface LockBreach {
  readonly code: 'L01' | 'L02' | 'L03' | 'L04' | 'L05' | 'L06';
  readonly lock: LockHistory;
  /** Records that prove it, two to four. */
  readonly ids: readonly number[];
  readonly hosts: readonly number[];
  /** What proves it: counters, times alone, or that a lock was refused. */
  readonly by: 'counters' | 'times' | 'refusal';
  /** It may be in the hands of one of whom not all is known. */
  readonly isOpen?: boolean;
  readonly expected: string;
  readonly found: string;
}

type Written = Section & { readonly write: CounterWrite };

export function chainBreaches(evidence: Evidence, locks: Locks, lock: LockHistory): readonly LockBreach[] {
  return new Chain(evidence, locks, lock).breaches();
}

class Chain {
  readonly #evidence: Evidence;
  readonly #lock: LockHistory;
  readonly #locks: Locks;
  /** Sections whose write is certain, by what it wrote. */
  readonly #written = new Map<string, Written>();
  /** By what a write wrote: where the part of the chain that is known without a gap begins. */
  readonly #roots = new Map<string, string>();

  constructor(evidence: Evidence, locks: Locks, lock: LockHistory) {
    this.#evidence = evidence;
    this.#lock = lock;
    this.#locks = locks;
    for (const section of lock.sections) {
      if (isWritten(section) && section.write.isAnswered && !locks.unsure.has(section.worker)) {
        this.#written.set(section.write.source, section);
      }
    }
    const byNumber = [...this.#written.values()].sort((a, b) => a.write.number - b.write.number);
    for (const { write, reads } of byNumber) {
      const before = reads[0]?.source;
      const root = before === noCounter ? before : this.#roots.get(before ?? '');
      this.#roots.set(write.source, root ?? write.source);
    }
  }

  breaches(): readonly LockBreach[] {
    const forks = this.#forks();
    const known = new Set(forks.flatMap(({ ids }) => ids));
    return [...forks, ...this.#changes(), ...this.#unreadable(), ...this.#stale(known)];
  }

  /** One number, and two who wrote the next. */
  #forks(): readonly LockBreach[] {
    const successors = new Map<string, Written[]>();
    for (const section of this.#written.values()) {
      const source = section.reads[0]?.source;
      if (!this.#isCertain(source)) continue;
      const known = successors.get(source);
      if (known === undefined) successors.set(source, [section]);
      else known.push(section);
    }
    return [...successors].flatMap(([source, sections]) =>
      sections.slice(1).map((b, at): LockBreach => {
        const a = sections[at] ?? b;
        const [first, second] = isBefore(this.#evidence, b, a) ? [b, a] : [a, b];
        const isStale = isBefore(this.#evidence, first, second);
        const number = first.write.number;
        return {
          code: isStale ? 'L05' : 'L01',
          lock: this.#lock,
          by: 'counters',
          ids: this.#idsOf(source, first, second),
          hosts: [first.host, second.host],
          expected: isStale
            ? `${number} or more: written under the lock, which was released before this one got it`
            : `one successor of ${number - 1}: only one can have held the lock`,
          found: isStale ? `${number - 1} again` : `${number} was written twice`,
        };
      }),
    );
  }

  /** Under one hold nobody else writes. */
  #changes(): readonly LockBreach[] {
    const breaches: LockBreach[] = [];
    for (const section of this.#lock.sections) {
      const [first, ...later] = section.reads;
      const own = section.isShared ? first : this.#ownWrite(section);
      const other = later.find(({ source }) => source !== own?.source);
      if (first === undefined || own === undefined || other === undefined) continue;
      if (!this.#isCertain(own.source) || !this.#isCertain(other.source)) continue;
      const writer = this.#written.get(other.source);
      const isStale = other.number < own.number || (writer !== undefined && isBefore(this.#evidence, writer, section));
      breaches.push({
        code: isStale ? 'L05' : section.isShared ? 'L02' : 'L01',
        lock: this.#lock,
        by: 'counters',
        ids: [own.id, other.id, ...(writer === undefined ? [] : [writer.write.id])],
        hosts: [section.host, ...(writer === undefined ? [] : [writer.host])],
        expected: `${own.number} under the whole of ${section.isShared ? 'a shared' : 'an exclusive'} lock`,
        found: `${other.number}`,
      });
    }
    return breaches;
  }

  #ownWrite(section: Section): CounterWrite | undefined {
    return isWritten(section) && this.#written.has(section.write.source) ? section.write : undefined;
  }

  /** Bytes that are no counter, where every write is known. */
  #unreadable(): readonly LockBreach[] {
    const writes = this.#lock.sections.filter(isWritten);
    const isAllKnown = this.#locks.isWhole && writes.every(({ write }) => this.#written.has(write.source));
    if (!isAllKnown || this.#lock.doubts.length > 0) return [];
    return this.#lock.sections.flatMap(({ host, reads }): LockBreach[] => {
      const read = reads.find(({ source }) => source === undefined);
      if (read === undefined) return [];
      const expected = 'a counter that somebody wrote under the lock';
      const found = 'bytes that are none';
      return [{ code: 'L05', lock: this.#lock, by: 'counters', ids: [read.id], hosts: [host], expected, found }];
    });
  }

  /** A newer number was certainly written, and its lock released, before this one got the lock. */
  #stale(known: ReadonlySet<number>): readonly LockBreach[] {
    const found = new Map<number, LockBreach>();
    const writersBy = byClock([...this.#written.values()]);
    for (const [clock, sections] of byClock(this.#lock.sections)) {
      const startOf = (section: Section): number => possibleSpan(this.#evidence, clock, section).low;
      const endOf = (section: Section): number => possibleSpan(this.#evidence, clock, section).high;
      const writers = sortBy(writersBy.get(clock) ?? [], endOf);
      const readers = sortBy(sections, startOf);
      const newest = new Map<string, Written>();
      let next = 0;
      for (const { item: reader, key: startNs } of readers) {
        for (; (writers[next]?.key ?? Infinity) < startNs; next++) this.#keepNewest(newest, writers[next]?.item);
        const read = reader.reads[0];
        if (read === undefined || known.has(read.id) || found.has(reader.id)) continue;
        const newer = this.#newerThan(read, newest);
        if (newer !== undefined) found.set(reader.id, this.#staleRead(newer, reader, read));
      }
    }
    return [...found.values()];
  }

  #keepNewest(newest: Map<string, Written>, writer: Written | undefined): void {
    if (writer === undefined) return;
    const root = this.#roots.get(writer.write.source) ?? '';
    if ((newest.get(root)?.write.number ?? -1) < writer.write.number) newest.set(root, writer);
  }

  /** One of these whose chain leads over what was read. */
  #newerThan(read: CounterRead, newest: ReadonlyMap<string, Written>): Written | undefined {
    const { source } = read;
    if (!this.#isCertain(source)) return undefined;
    if (source === noCounter) return newest.values().next().value;
    const newer = newest.get(this.#roots.get(source) ?? '');
    for (let at = newer; at !== undefined && at.write.number > read.number;) {
      const before = at.reads[0]?.source;
      if (before === source) return newer;
      at = this.#written.get(before ?? '');
    }
    return undefined;
  }

  #staleRead(newer: Written, reader: Section, read: CounterRead): LockBreach {
    return {
      code: 'L05',
      lock: this.#lock,
      by: 'counters',
      hosts: [newer.host, reader.host],
      ids: [newer.write.id, reader.id, read.id],
      expected: `${newer.write.number} or more: written under the lock, which was released before this one got it`,
      found: read.source === noCounter ? 'no counter at all' : `${read.number}`,
    };
  }

  #isCertain(source: Source): source is string {
    return source === noCounter || this.#written.has(source ?? '');
  }

  #idsOf(source: string, first: Written, second: Written): readonly number[] {
    const before = this.#written.get(source);
    const ids = [first.write.id, second.reads[0]?.id ?? second.id, second.write.id];
    return before === undefined ? ids : [before.write.id, ...ids];
  }
}

function isWritten(section: Section): section is Written {
  return section.write !== undefined;
}

function sortBy<T>(
  items: readonly T[],
  keyOf: (item: T) => number,
): readonly { readonly item: T; readonly key: number }[] {
  return items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => a.key - b.key);
}
