/**
 * Writes that were lost without a word and without a crash: an fsync of the file was acknowledged after them, somebody read them right after
 * that, nothing failed, and yet all see the chunk older once a command has run between stress and verify, as one that remounts
 * or drops caches does. So they were in a cache only. Told where the workload syncs by a rule; elsewhere it is D04.
 */
import { contents, outcomes, recordKinds } from '../../model/record.ts';
import { clientOf, type Evidence } from '../journal/evidence.ts';
import { effectOf } from '../journal/effect.ts';
import { contentKinds, kindTable, readKinds, syncKinds } from '../journal/kinds.ts';
import { inStress, verifyPhase } from '../journal/phases.ts';
import { hasEndedBefore } from '../order/precedes.ts';
import { entryAt, type Entry } from '../journal/record-log.ts';
import type { Tree } from '../tree/tree.ts';
import type { WrongChunk } from './wrong-chunks.ts';

export function tellSilentLosses(evidence: Evidence, tree: Tree, wrong: readonly WrongChunk[]): readonly WrongChunk[] {
  const { between, isSynced } = evidence.facts;
  if (between !== 'command' || isSynced !== true) return wrong;
  const losses = wrong.flatMap((one) => {
    const life = tree.names.get(one.name)?.life;
    const isFinal = evidence.log.entry(one.id)?.phase === verifyPhase;
    const isOld = (one.code === 'D04' || one.code === 'D11') && isFinal && life !== undefined;
    const isKept = isOld && life.trustedUntil === Infinity && (life.changes[one.chunk] ?? Infinity) <= life.synced;
    return isKept && !one.isSuspect ? [{ wrong: one, file: life.operation, syncs: new Array<Entry>() }] : [];
  });
  if (losses.length === 0) return wrong;
  const seen = readAfterSync(evidence, tree, losses);
  return wrong.map((one): WrongChunk => {
    const otherwise = seen.get(one);
    return otherwise === undefined ? one : { ...one, code: 'C06', otherwise };
  });
}

interface Loss {
  readonly wrong: WrongChunk;
  /** The incarnation that holds the chunk, whatever stamp it carries. */
  readonly file: number;
  /** Acknowledged, of that file, after the write. */
  readonly syncs: Entry[];
}

/** By wrong chunk: id of a read that saw it right after a sync. */
function readAfterSync(evidence: Evidence, tree: Tree, losses: readonly Loss[]): ReadonlyMap<WrongChunk, number> {
  const found = new Map<WrongChunk, number>();
  const client = clientOf(evidence, tree.owner);
  const generations = new Map<number, number>();
  evidence.log.visit(
    tree.owner,
    (segment, at) => {
      const entry = entryAt(segment, at);
      const { kind, incarnation, sequence, generation } = entry.record;
      if (!syncKinds.has(kind)) {
        generations.set(kind === recordKinds.copy ? sequence : incarnation, generation);
        return;
      }
      if (effectOf(entry.record, client) !== 'done') return;
      const covered = generations.get(incarnation) ?? 0;
      for (const { wrong, file, syncs: own } of losses) {
        const changed = lastChange(tree, wrong);
        if (file === incarnation && own.length === 0 && changed <= covered) own.push(entry);
      }
    },
    (segment) => segment.worker === tree.owner && inStress(segment),
    changing,
  );
  evidence.log.visit(
    tree.owner,
    (segment, at) => {
      const read = entryAt(segment, at);
      for (const loss of losses) {
        if (
          !found.has(loss.wrong) &&
          isRight(read, loss) &&
          loss.syncs.some((sync) => hasEndedBefore(evidence, sync, read))
        )
          found.set(loss.wrong, read.id);
      }
    },
    inStress,
    reading,
  );
  return found;
}

const changing = kindTable([...contentKinds, ...syncKinds]);
const reading = kindTable(readKinds);

function lastChange(tree: Tree, { name, chunk }: WrongChunk): number {
  return tree.names.get(name)?.life?.changes[chunk] ?? Infinity;
}

function isRight({ record }: Entry, { wrong }: Loss): boolean {
  return (
    record.outcome === outcomes.ok &&
    record.content === contents.data &&
    record.name === wrong.name &&
    record.creator === wrong.owner &&
    record.incarnation === wrong.life &&
    record.generation === wrong.generation &&
    wrong.chunk >= record.first &&
    wrong.chunk < record.first + record.count
  );
}
