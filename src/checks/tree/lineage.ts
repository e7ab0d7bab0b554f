/**
 * Copies: a copy is an incarnation of its own whose chunks carry the stamps of the source, and of what the source itself
 * was a copy of, until they are written again. Along such a line of copies generations only rise.
 */
import type { JournalRecord } from '../../model/record.ts';
import { newLife, noteCopy, settledIncarnation, type Copied, type Life, type MutableLife } from './life.ts';

/** All copies that a tree ever held, by incarnation. */
export type Copies = ReadonlyMap<number, Copied>;

export function copyLife(source: MutableLife, record: JournalRecord): MutableLife {
  const { generation } = record;
  const isDoubted = !isSettled(source);
  const chunks = source.generations.length;
  const incarnations = source.generations.map((_, chunk) => settledIncarnation(source, chunk));
  const copied = {
    generation,
    chunks,
    ancestors: ancestorsOf(source, { incarnations, generation }),
    root: source.copied?.root ?? source.operation,
    isDoubted,
  };
  const copy = newLife(record.sequence, copied, incarnations);
  copy.size = source.size;
  copy.isSizeKnown = !isDoubted;
  copy.isContentKnown = !isDoubted;
  copy.newest = copy.sized = generation;
  copy.generations = source.generations.slice();
  copy.changes = source.generations.map(() => generation);
  if (source.cuts.size > 0)
    copy.cuts = new Map([...source.cuts].map(([chunk, { end }]) => [chunk, { end, change: generation }]));
  noteCopy(source, copy);
  return copy;
}

/** The source, and of what it was a copy itself those whose stamps it still carried. */
function ancestorsOf(
  { operation, copied }: Life,
  copy: { readonly incarnations: readonly number[]; readonly generation: number },
): ReadonlyMap<number, number> {
  const ancestors = new Map<number, number>();
  for (const [older, generation] of copied?.ancestors ?? [])
    if (copy.incarnations.includes(older)) ancestors.set(older, generation);
  return ancestors.set(operation, copy.generation);
}

/** What is uncertain in the source is in the copy too; workers copy no such file. */
function isSettled({ isSizeKnown, isContentKnown, trustedUntil, loose, copied }: Life): boolean {
  const isTrusted = trustedUntil === Infinity && copied?.isDoubted !== true;
  return isTrusted && isSizeKnown && isContentKnown && loose.length === 0;
}

/** A stamp as a read saw it. */
export interface StampSeen {
  readonly incarnation: number;
  readonly generation: number;
}

/** Whether that chunk of that incarnation may ever have carried the stamp. */
export function mayCarry(
  copies: Copies,
  place: { readonly incarnation: number; readonly chunk: number },
  stamp: StampSeen,
): boolean {
  if (stamp.incarnation === place.incarnation) return true;
  const copied = copies.get(place.incarnation);
  if (copied === undefined) return false;
  if (copied.isDoubted && copied.root === (copies.get(stamp.incarnation)?.root ?? stamp.incarnation)) return true;
  return stamp.generation < (copied.ancestors.get(stamp.incarnation) ?? 0) && place.chunk < copied.chunks;
}

/** The incarnations whose stamps a file may carry. */
export function carriedBy({ operation, copied }: Life): readonly number[] {
  return [operation, ...(copied?.ancestors.keys() ?? [])];
}
