/**
 * Chunks of which a write stored a part: the stamp is of one generation, and from some byte on the body is of another that
 * the same worker wrote there. Bodies follow from their stamps, so the bytes that the reader kept around the tear are
 * compared with those of every write of that chunk; what none explains stays corrupt.
 */
import { contents, layout } from '../../model/record.ts';
import { bodyOffset, encodeStamp, makePool, stampBytes } from '../../model/stamp.ts';
import type { Evidence } from '../journal/evidence.ts';
import { mayCarry } from '../tree/lineage.ts';
import { kindTable, writeKinds } from '../journal/kinds.ts';
import { evidenceNoteOf, keptBytes } from '../journal/notes.ts';
import { inStress } from '../journal/phases.ts';
import { entryAt, type Entry } from '../journal/record-log.ts';
import type { Tree } from '../tree/tree.ts';
import type { WrongChunk } from './wrong-chunks.ts';

export function tellTornWrites(evidence: Evidence, tree: Tree, wrong: readonly WrongChunk[]): readonly WrongChunk[] {
  const tears = wrong.flatMap((one) => (one.code === 'D05' ? tearsOf(evidence, one) : []));
  if (tears.length === 0) return wrong;
  const explained = explain(evidence, tree, tears);
  return wrong.map((one): WrongChunk => {
    const otherwise = explained.get(one);
    return otherwise === undefined ? one : { ...one, code: 'D09', otherwise };
  });
}

/** Fewer bytes may be equal by chance. */
const leastBytes = 8;

/** A chunk whose body breaks, and what the reader kept of it from there on. */
interface Tear {
  readonly wrong: WrongChunk;
  /** Byte in the chunk. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

function tearsOf(evidence: Evidence, wrong: WrongChunk): readonly Tear[] {
  const read = evidence.log.entry(wrong.id);
  if (read === undefined || read.record.content !== contents.badBody) return [];
  const note = evidenceNoteOf(evidence, read, wrong.chunk);
  if (note === undefined) return [];
  const at = note.offset - wrong.chunk * evidence.facts.chunkBytes;
  const bytes = keptBytes(note, evidence.facts.chunkBytes);
  return at < stampBytes || bytes.length < leastBytes ? [] : [{ wrong, at, bytes }];
}

const writing = kindTable(writeKinds);

/** By wrong chunk: id of the write whose body goes on behind the tear. */
function explain(evidence: Evidence, tree: Tree, tears: readonly Tear[]): ReadonlyMap<WrongChunk, number> {
  const { chunkBytes } = evidence.facts;
  const { runTag } = evidence;
  const byChunk = groupByChunk(tears);
  const pool = makePool(runTag, chunkBytes);
  const found = new Map<WrongChunk, number>();
  evidence.log.visit(
    tree.owner,
    (segment, at) => {
      const first = segment.views.u32[at * 16 + layout.first] ?? 0;
      const end = first + (segment.views.u32[at * 16 + layout.count] ?? 0);
      for (const [chunk, torn] of byChunk) {
        if (chunk < first || chunk >= end) continue;
        const write = entryAt(segment, at);
        for (const tear of torn) if (goesOn(tear, { write, pool, tree, runTag })) found.set(tear.wrong, write.id);
      }
    },
    (segment) => segment.worker === tree.owner && inStress(segment),
    writing,
  );
  return found;
}

function groupByChunk(tears: readonly Tear[]): ReadonlyMap<number, readonly Tear[]> {
  const groups = new Map<number, Tear[]>();
  for (const tear of tears) {
    const group = groups.get(tear.wrong.chunk);
    if (group === undefined) groups.set(tear.wrong.chunk, [tear]);
    else group.push(tear);
  }
  return groups;
}

function goesOn(
  { wrong, at, bytes }: Tear,
  { write, pool, tree, runTag }: { write: Entry; pool: Uint8Array; tree: Tree; runTag: number },
): boolean {
  const { incarnation, generation, writer, sequence } = write.record;
  const { chunk, name } = wrong;
  const bound = [...(tree.names.get(name)?.bound ?? [])];
  if (!bound.some((file) => mayCarry(tree.copies, { incarnation: file, chunk }, { incarnation, generation })))
    return false;
  const stamp = new Uint32Array(stampBytes / 4);
  const whose = { creator: tree.owner, operation: incarnation };
  encodeStamp({ runTag, incarnation: whose, writer, chunk, operation: sequence, generation }, stamp);
  const source = bodyOffset(stamp, 0) + at - stampBytes;
  return bytes.every((byte, place) => byte === pool[source + place]);
}
