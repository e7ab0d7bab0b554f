/**
 * What must be there after a crash that came between stress and verify: what was synced, or what the mount keeps once a file
 * is closed; names once their folder was synced. All else may be as it was at the last sync, or as any change since left it.
 */
import { objectOf } from '../../model/namespace.ts';
import { settledGeneration, type Life } from './life.ts';
import { stepValues } from '../order/steps.ts';
import type { Crash, NameState, Tree } from './tree.ts';

/** The generation that a chunk must hold in verify, or undefined where that is open. */
export function finalGeneration({ crash }: Tree, life: Life, chunk: number): number | undefined {
  const generation = settledGeneration(life, chunk);
  return crash === undefined || isClosedKept(crash) || isSynced(life, chunk) ? generation : undefined;
}

/** After a crash: no older one than this may be there; 0 where that is open. */
export function floorGeneration({ crash }: Tree, life: Life, chunk: number): number {
  if (crash === undefined || settledGeneration(life, chunk) === undefined) return 0;
  return life.durable?.unsynced.get(chunk) ?? 0;
}

/** A sync covers what the chunk was made last. */
export function isSynced({ durable }: Life, chunk: number): boolean {
  return durable !== undefined && !durable.unsynced.has(chunk);
}

export function isClosedKept({ durability }: Crash): boolean {
  return durability.closed !== 'not promised';
}

/** What was under a name when its folder was last synced, or at some time since, and the change that brought it (-1: none). */
export interface Standing {
  readonly value: number;
  readonly id: number;
}

/** The oldest first. Without a crash just what is there. */
export function standings({ crash }: Tree, name: number, { steps: { ids, values } }: NameState): readonly Standing[] {
  const all = [{ value: stepValues.nothing, id: -1 }, ...Array.from(ids, (id, at) => ({ value: values[at] ?? 0, id }))];
  if (crash === undefined || crash.durability.areNamesKept) return all.slice(-1);
  const synced = crash.folders.get(objectOf(name).folder) ?? -1;
  const first = all.findLastIndex(({ id }) => id <= synced);
  return all.slice(Math.max(0, first));
}

/** Whether no other file than the last one can be under the name. */
export function isLifeCertain(tree: Tree, name: number, state: NameState): boolean {
  if (tree.crash === undefined) return true;
  const { life } = state;
  return standings(tree, name, state).every(({ value }) => value === stepValues.nothing || value === life?.operation);
}
