/**
 * Reads of verify whose every chunk the history settles: nearly all, so that they are looked at where they lie, and only what
 * is left over is worth an object.
 */
import { contents, layout } from '../../model/record.ts';
import type { HistoryFacts } from '../journal/evidence.ts';
import type { Life } from '../tree/life.ts';
import { mayCarry } from '../tree/lineage.ts';
import { inVerify } from '../journal/phases.ts';
import type { Segment } from '../journal/record-log.ts';
import { finalGeneration, isLifeCertain } from '../tree/survival.ts';
import type { Tree } from '../tree/tree.ts';

interface Read {
  readonly segment: Segment;
  readonly at: number;
}

/** In verify: it saw the very stamp that must be there, or zeros, in every chunk. */
export function isAsItMustBe(tree: Tree, facts: HistoryFacts, read: Read): boolean {
  const { segment, at } = read;
  const { u8, u16, u32 } = segment.views;
  if (!inVerify(segment)) return false;
  const life = lifeOf(tree, read);
  const content = u8[at * 64 + layout.content];
  if (life === undefined) return false;
  if (content === contents.zeros) return everyChunk(facts, read, (chunk) => finalGeneration(tree, life, chunk) === 0);
  if (content !== contents.data || u16[at * 32 + layout.creator] !== tree.owner) return false;
  const generation = u32[at * 16 + layout.generation] ?? 0;
  const stamp = { incarnation: u32[at * 16 + layout.incarnation] ?? 0, generation };
  return everyChunk(
    facts,
    read,
    (chunk) =>
      finalGeneration(tree, life, chunk) === generation &&
      !life.cuts.has(chunk) &&
      mayCarry(tree.copies, { incarnation: life.operation, chunk }, stamp),
  );
}

/** The history says what every chunk of it must be. */
export function isSettled(tree: Tree, facts: HistoryFacts, read: Read): boolean {
  const life = lifeOf(tree, read);
  return life !== undefined && everyChunk(facts, read, (chunk) => finalGeneration(tree, life, chunk) !== undefined);
}

/** The file that must be under its name. */
function lifeOf(tree: Tree, { segment, at }: Read): Life | undefined {
  const name = segment.views.u32[at * 16 + layout.name] ?? 0;
  const state = tree.isWhole ? tree.names.get(name) : undefined;
  return state?.isClouded === false && isLifeCertain(tree, name, state) ? state.life : undefined;
}

function everyChunk({ maxChunks }: HistoryFacts, { segment, at }: Read, holds: (chunk: number) => boolean): boolean {
  const { u32 } = segment.views;
  const first = u32[at * 16 + layout.first] ?? 0;
  const end = Math.min(first + (u32[at * 16 + layout.count] ?? 0), maxChunks);
  for (let chunk = first; chunk < end; chunk++) if (!holds(chunk)) return false;
  return true;
}
