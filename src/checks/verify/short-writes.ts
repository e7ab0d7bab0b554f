/**
 * Writes that said that they had stored more than they did: the first chunks of an acknowledged write are there, and from
 * one on to its end all are as before. One last chunk alone may have been lost by itself, which nobody could tell apart,
 * unless the one before it is torn: then the write ended there.
 */
import type { ChunkCode } from '../tree/classify.ts';
import { settledGeneration, settledIncarnation } from '../tree/life.ts';
import type { Tree } from '../tree/tree.ts';
import type { WrongChunk } from './wrong-chunks.ts';
import type { Writes } from '../tree/writes.ts';

export function tellShortWrites(tree: Tree, writes: () => Writes, wrong: readonly WrongChunk[]): readonly WrongChunk[] {
  const groups = groupByWrite(wrong);
  if (groups.size === 0) return wrong;
  const codes = new Map(wrong.map((one) => [keyOf(one), one.code]));
  const short = new Set<WrongChunk>();
  for (const group of groups.values()) {
    if (isRestOfWrite(group, { tree, writes: writes(), codes })) for (const one of group) short.add(one);
  }
  return wrong.map((one): WrongChunk => (short.has(one) ? { ...one, code: 'D18' } : one));
}

/** Lost chunks of a name that should all carry the stamps of one write. */
function groupByWrite(wrong: readonly WrongChunk[]): ReadonlyMap<string, readonly WrongChunk[]> {
  const groups = new Map<string, WrongChunk[]>();
  for (const one of wrong) {
    if (one.code !== 'D04' || one.life === undefined || one.generation === undefined) continue;
    const key = `${one.name}/${one.life}/${one.generation}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

function isRestOfWrite(
  group: readonly WrongChunk[],
  given: {
    readonly tree: Tree;
    readonly writes: Writes;
    readonly codes: ReadonlyMap<string, ChunkCode>;
  },
): boolean {
  const [one] = group;
  const life = one === undefined ? undefined : given.tree.names.get(one.name)?.life;
  if (one?.life === undefined || one.generation === undefined || life === undefined) return false;
  const { generation, life: incarnation } = one;
  const write = given.writes.find(incarnation, one.chunk, generation)?.record;
  if (write === undefined) return false;
  const lost = new Set(group.map(({ chunk }) => chunk));
  // What it didn't acknowledge is not settled, and what was written since has another generation.
  const left = Array.from({ length: write.count }, (_, at) => write.first + at).filter(
    (chunk) => settledGeneration(life, chunk) === generation && settledIncarnation(life, chunk) === incarnation,
  );
  const kept = left.findIndex((chunk) => lost.has(chunk));
  const isRest = kept > 0 && left.slice(kept).every((chunk) => lost.has(chunk));
  const before = left.slice(0, kept).map((chunk) => given.codes.get(keyOf({ name: one.name, chunk })));
  const isTorn = before.at(-1) === 'D09';
  const isThere = before.slice(0, isTorn ? -1 : undefined).every((code) => code === undefined);
  return isRest && isThere && (isTorn || lost.size > 1);
}

function keyOf({ name, chunk }: Pick<WrongChunk, 'name' | 'chunk'>): string {
  return `${name}/${chunk}`;
}
