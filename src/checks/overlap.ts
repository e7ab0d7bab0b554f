/**
 * Whether a change of a file may have been under way while a read of it was: on the same host by its clock, between
 * hosts by the bounds of both clocks, and always where a clock isn't known or the change's outcome isn't.
 */
import { outcomes, recordKinds } from '../model/record.ts';
import type { Interval } from '../model/clock.ts';
import type { Evidence } from './evidence.ts';
import { entryAt, type Entry } from './record-log.ts';

export function mayOverlapChange(evidence: Evidence, read: Entry, incarnations: ReadonlySet<number>): boolean {
  let isPossible = false;
  evidence.log.visit(read.record.owner, (segment, at) => {
    if (isPossible || segment.worker !== read.record.owner) return;
    const change = entryAt(segment, at);
    const { kind, incarnation, sequence } = change.record;
    const isOfFile = incarnations.has(kind === recordKinds.copy ? sequence : incarnation);
    if (changing.has(kind) && isOfFile) {
      isPossible = mayOverlap(evidence, read, change);
    }
  });
  return isPossible;
}

/** A copy is the first change of what it makes. */
const changing: ReadonlySet<number> = new Set([
  recordKinds.write,
  recordKinds.append,
  recordKinds.truncate,
  recordKinds.copy,
]);

function mayOverlap(evidence: Evidence, read: Entry, change: Entry): boolean {
  const isSameHost = read.host === change.host;
  const isReadFirst = isBefore(
    boundOf(evidence, read, 'endNs', isSameHost),
    boundOf(evidence, change, 'startNs', isSameHost),
  );
  if (isReadFirst) return false;
  if (!isCertain(change, evidence.facts.chunkBytes)) return true;
  return !isBefore(boundOf(evidence, change, 'endNs', isSameHost), boundOf(evidence, read, 'startNs', isSameHost));
}

/** What has no certain outcome, a short count included, may take effect at any later time. */
function isCertain({ record }: Entry, chunkBytes: number): boolean {
  const isPut = record.kind === recordKinds.write || record.kind === recordKinds.append;
  const isShort = isPut && record.size < record.count * chunkBytes;
  return record.outcome === outcomes.ok && !isShort;
}

function boundOf(
  evidence: Evidence,
  entry: Entry,
  side: 'startNs' | 'endNs',
  isSameHost: boolean,
): Interval | undefined {
  const atNs = entry.record[side];
  return isSameHost ? { low: atNs, high: atNs } : evidence.hosts[entry.host]?.clock?.toController(atNs);
}

function isBefore(a: Interval | undefined, b: Interval | undefined): boolean {
  return a !== undefined && b !== undefined && a.high < b.low;
}
