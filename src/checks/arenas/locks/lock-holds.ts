/** Two who certainly held one lock at the same time, of whom not both shared it: by the clocks of their hosts. */
import { pathOf, ownerOfArena } from '../../../model/namespace.ts';
import type { Evidence } from '../../journal/evidence.ts';
import type { LockBreach } from './lock-chains.ts';
import { isVigil, type LockHistory, type Section } from './lock-sections.ts';
import { byClock, certainSpan, type Clock, type Span } from './lock-times.ts';

interface Held extends Span {
  readonly section: Section;
}

export function overlapBreaches(evidence: Evidence, lock: LockHistory): readonly LockBreach[] {
  const breaches = new Map<string, LockBreach>();
  for (const [clock, sections] of byClock(lock.sections)) {
    for (const [a, b] of overlapsOn(evidence, clock, sections)) {
      breaches.set(`${Math.min(a.id, b.id)}/${Math.max(a.id, b.id)}`, breachOf(lock, a, b));
    }
  }
  return [...breaches.values()];
}

function overlapsOn(
  evidence: Evidence,
  clock: Clock,
  sections: readonly Section[],
): readonly (readonly [Section, Section])[] {
  const held = sections.flatMap((section): Held[] => {
    const span = certainSpan(evidence, clock, section);
    return span === undefined ? [] : [{ section, ...span }];
  });
  const pairs: (readonly [Section, Section])[] = [];
  /** Of those that began before: the one of each kind that ended last. */
  let exclusive: Held | undefined;
  let shared: Held | undefined;
  for (const next of held.sort((a, b) => a.low - b.low)) {
    const { isShared } = next.section;
    const other = isShared || isTogether(exclusive, next) ? exclusive : shared;
    if (other !== undefined && isTogether(other, next)) pairs.push([other.section, next.section]);
    if (isShared) shared = later(shared, next);
    else exclusive = later(exclusive, next);
  }
  return pairs;
}

function isTogether(a: Held | undefined, b: Held): boolean {
  return a !== undefined && a.low < b.high && b.low < a.high;
}

function later(a: Held | undefined, b: Held): Held {
  return a !== undefined && a.high >= b.high ? a : b;
}

function breachOf(lock: LockHistory, a: Section, b: Section): LockBreach {
  const isMixed = a.isShared || b.isShared;
  const place = pathOf(ownerOfArena('locks'), lock.name);
  return {
    code: isVigil(lock) ? 'L03' : isMixed ? 'L02' : 'L01',
    lock,
    by: 'times',
    ids: [a.id, b.id],
    hosts: [a.host, b.host],
    expected: `nobody else gets an exclusive lock of ${place} while one holds it`,
    found: isVigil(lock)
      ? 'another got it, while its holder had not let go'
      : `both held it, ${isMixed ? 'one of them shared' : 'and neither shared it'}`,
  };
}
