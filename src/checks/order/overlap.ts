/**
 * Whether a change of a file may have been under way while a read of it was: on the same host by its clock, between
 * hosts by the bounds of both clocks, and always where a clock isn't known or the change's outcome isn't.
 */
import { recordKinds, type JournalRecord } from '../../model/record.ts';
import type { Interval } from '../../model/ping.ts';
import { effectOf } from '../journal/effect.ts';
import { clientOf, isTimed, type Evidence } from '../journal/evidence.ts';
import { contentKinds, kindTable, syncKinds, writeKinds } from '../journal/kinds.ts';
import { wantedBytes } from '../journal/puts.ts';
import { entryAt, type Entry, type Visitor } from '../journal/record-log.ts';

export function mayOverlapChange(evidence: Evidence, read: Entry, incarnations: ReadonlySet<number>): boolean {
  let isPossible = false;
  const take: Visitor = (segment, at) => {
    isPossible ||= mayOverlap(evidence, read, { change: entryAt(segment, at), incarnations });
  };
  evidence.log.visit(read.record.owner, take, ({ worker }) => worker === read.record.owner, changing);
  return isPossible;
}

const changing = kindTable([...contentKinds, ...syncKinds]);

function mayOverlap(
  evidence: Evidence,
  read: Entry,
  { change, incarnations }: { readonly change: Entry; readonly incarnations: ReadonlySet<number> },
): boolean {
  const { chunkBytes } = evidence.facts;
  const { record } = change;
  const effect = effectOf(record, clientOf(evidence, read.record.owner));
  if (effect === 'none') return false;
  // What an error tells of as lost may have been lost before.
  if (effect === 'unknown' && incarnations.has(record.incarnation)) return true;
  // A copy is the first change of what it makes.
  const isOfFile = incarnations.has(record.kind === recordKinds.copy ? record.sequence : record.incarnation);
  if (!isOfFile || syncKinds.has(record.kind)) return false;
  const isSameHost = read.host === change.host;
  const isReadFirst = isBefore(
    boundOf(evidence, read, 'endNs', isSameHost),
    boundOf(evidence, change, 'startNs', isSameHost),
  );
  if (isReadFirst) return false;
  if (effect === 'unknown' || isShort(record, chunkBytes)) return true;
  return !isBefore(boundOf(evidence, change, 'endNs', isSameHost), boundOf(evidence, read, 'startNs', isSameHost));
}

/** The rest may be written at any later time. */
function isShort(record: JournalRecord, chunkBytes: number): boolean {
  return writeKinds.has(record.kind) && record.size < wantedBytes(record, chunkBytes);
}

function boundOf(
  evidence: Evidence,
  entry: Entry,
  side: 'startNs' | 'endNs',
  isSameHost: boolean,
): Interval | undefined {
  const atNs = entry.record[side];
  if (isSameHost) return isTimed(evidence, entry.host) ? { low: atNs, high: atNs } : undefined;
  return evidence.hosts[entry.host]?.clock?.toController(atNs);
}

function isBefore(a: Interval | undefined, b: Interval | undefined): boolean {
  return a !== undefined && b !== undefined && a.high < b.low;
}
