/**
 * The operations that prove a finding, and the edges between them that make them a proof: who read what whom wrote, and what
 * certainly ended before what began. Facts come first, bounds of clocks last; what follows from two edges has none of its own.
 */
import { arenaOf } from '../../model/namespace.ts';
import type { Edge, Finding } from '../../model/finding.ts';
import { contents } from '../../model/record.ts';
import type { History } from '../history.ts';
import { readKinds, writeKinds } from '../journal/kinds.ts';
import { verifyPhase, stressPhase } from '../journal/phases.ts';
import { hasEndedBefore } from '../order/precedes.ts';
import type { Entry } from '../journal/record-log.ts';
import { witness } from './words.ts';

export type Proof = Pick<Finding, 'witness' | 'edges'>;

/** Whoever needs more than these has found two things. */
const maxOperations = 4;

/** Operations of this history, by id, or themselves where another has them. What one of them saw is told with it. */
export function proofOf(
  history: History,
  operations: readonly (number | Entry | undefined)[],
  saw?: { readonly id: number; readonly text: string },
): Proof {
  const found = operations.flatMap((one) => (typeof one === 'number' ? history.log.entry(one) : one) ?? []);
  const entries = [...new Map(found.map((entry) => [nameOf(entry), entry])).values()].slice(0, maxOperations);
  return {
    witness: entries.map((entry) => witness(history, entry, entry.id === saw?.id ? saw.text : undefined)),
    edges: edgesOf(history, entries),
  };
}

/** Ids are of one history; who did it, as which of its operations, is the same in all. */
function nameOf({ worker, phase, record }: Entry): string {
  return [worker, phase, record.sequence, record.kind, record.first].join('/');
}

function edgesOf(history: History, entries: readonly Entry[]): Edge[] {
  const all = entries.flatMap((from, a) => entries.flatMap((to, b) => edgesBetween(history, { from, a, to, b })));
  const isBefore = (a: number, b: number): boolean => all.some(({ from, to }) => from === a && to === b);
  const follows = ({ from, to }: Edge): boolean =>
    entries.some((_, between) => isBefore(from, between) && isBefore(between, to));
  return all.filter((edge) => saidByStamps.has(edge.by) || !follows(edge));
}

const saidByStamps: ReadonlySet<Edge['by']> = new Set(['read-from', 'lock counter']);

interface Pair {
  readonly from: Entry;
  readonly a: number;
  readonly to: Entry;
  readonly b: number;
}

function edgesBetween(history: History, { from, a, to, b }: Pair): readonly Edge[] {
  if (a === b) return [];
  if (isReadFrom(from, to)) return [{ from: a, to: b, by: isOfCounter(to) ? 'lock counter' : 'read-from' }];
  const by = orderOf(history, from, to);
  return by === undefined ? [] : [{ from: a, to: b, by }];
}

/** A stamp, and a counter, names its write. */
function isReadFrom({ record: write }: Entry, { record: read }: Entry): boolean {
  if (!writeKinds.has(write.kind) || !readKinds.has(read.kind) || !stamped.has(read.content)) return false;
  if (write.generation !== read.generation || write.writer !== read.writer) return false;
  if (isOfCounter({ record: read })) return write.owner === read.owner && write.name === read.name;
  const isOfFile = write.owner === read.creator && write.incarnation === read.incarnation;
  return isOfFile && (read.content === contents.misplaced || overlaps(write, read));
}

type Chunks = Pick<Entry['record'], 'first' | 'count'>;

function overlaps(a: Chunks, b: Chunks): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

function isOfCounter({ record }: Pick<Entry, 'record'>): boolean {
  return arenaOf(record.owner) === 'locks';
}

const stamped: ReadonlySet<number> = new Set([contents.data, contents.badBody, contents.misplaced]);

/** Why the first had certainly ended before the second began. */
function orderOf(history: History, first: Entry, second: Entry): Edge['by'] | undefined {
  if (first.worker === second.worker) {
    const isOneOperation = first.record.sequence === second.record.sequence && first.phase === second.phase;
    const isEarlier = first.phase < second.phase || first.record.sequence < second.record.sequence;
    return isEarlier && !isOneOperation ? 'program order' : undefined;
  }
  if (first.phase === stressPhase && second.phase === verifyPhase) return 'barrier';
  if (first.phase === verifyPhase && second.phase === stressPhase) return undefined;
  if (!hasEndedBefore(history, first, second)) return undefined;
  return first.host === second.host ? 'host clock' : 'clock bounds';
}
