/**
 * Old writes that came back after the stress: several hosts read a chunk old, and all that read it right had certainly done
 * so before. A cache that is late goes the other way, and one that lies has another host that sees more: then it is D21 or D22.
 */
import { contents, outcomes, type JournalRecord } from '../../model/record.ts';
import { isElsewhere, type Evidence } from '../journal/evidence.ts';
import { kindTable, readKinds } from '../journal/kinds.ts';
import { inVerify } from '../journal/phases.ts';
import { hasEndedBefore } from '../order/precedes.ts';
import { entryAt, type Entry, type Segment } from '../journal/record-log.ts';
import type { WrongChunk } from './wrong-chunks.ts';

export function tellReturnedWrites(
  evidence: Evidence,
  owner: number,
  wrong: readonly WrongChunk[],
): readonly WrongChunk[] {
  const looks = new Map<number, Look[]>();
  const all = wrong.flatMap((one): Look[] => (mayReturn(one) ? [{ wrong: one, right: [], old: [] }] : []));
  if (all.length === 0) return wrong;
  for (const look of all) looks.set(look.wrong.name, [...(looks.get(look.wrong.name) ?? []), look]);
  const isHere = (segment: Segment): boolean => inVerify(segment) && !isElsewhere(evidence.facts, segment.host, owner);
  evidence.log.visit(
    owner,
    (segment, at) => {
      const entry = entryAt(segment, at);
      for (const look of looks.get(entry.record.name) ?? []) take(look, entry);
    },
    isHere,
    reading,
  );
  const returned = new Map(all.filter((look) => hasReturned(evidence, look)).map((look) => [look.wrong, look]));
  return wrong.map((one): WrongChunk => {
    const look = returned.get(one);
    return look === undefined
      ? one
      : { ...one, code: 'D23', id: look.old[0]?.id ?? one.id, otherwise: look.right[0]?.id };
  });
}

/** Who saw a chunk in verify, and how. */
interface Look {
  readonly wrong: WrongChunk;
  readonly right: Entry[];
  readonly old: Entry[];
}

/** Zeros that a truncate made aren't written. */
function mayReturn({ code, isOpen, life, generation = 0 }: WrongChunk): boolean {
  return (code === 'D21' || code === 'D22') && isOpen !== true && life !== undefined && generation > 0;
}

const reading = kindTable(readKinds);

function take({ wrong, right, old }: Look, entry: Entry): void {
  const { record } = entry;
  const isOfChunk = wrong.chunk >= record.first && wrong.chunk < record.first + record.count;
  if (!isOfChunk || record.outcome !== outcomes.ok) return;
  (isRight(record, wrong) ? right : old).push(entry);
}

function isRight(record: JournalRecord, { owner, life, generation }: WrongChunk): boolean {
  return (
    record.content === contents.data &&
    record.creator === owner &&
    record.incarnation === life &&
    record.generation === generation
  );
}

function hasReturned(evidence: Evidence, { right, old }: Look): boolean {
  const hosts = new Set(old.map(({ host }) => host));
  if (hosts.size < 2 || right.length === 0) return false;
  return right.every((one) => old.every((other) => hasEndedBefore(evidence, one, other)));
}
