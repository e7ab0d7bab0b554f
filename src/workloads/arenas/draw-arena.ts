/** Where a worker's next operation is: in its own tree, or in one of the arenas that the plan gives a share. */
import { arenas, ownerOfArena, type Arena } from '../../model/namespace.ts';
import type { Random } from '../../model/random.ts';
import type { FilesSpec } from '../files-spec.ts';
import type { ArenaOptions } from './arena.ts';
import { arenaRules } from './registry.ts';

/** The arenas that have a share. */
export function arenasOf({ arenas: shares }: FilesSpec): readonly Arena[] {
  return arenas.filter((arena) => (shares?.[arena] ?? 0) > 0);
}

/** One step of a worker. `random` is for the draws alone, so that what is done in its own tree stays as without arenas. */
export function stepsIn(
  options: Omit<ArenaOptions, 'owner' | 'random'>,
  {
    random,
    randomIn,
    own,
  }: { readonly random: Random; readonly randomIn: (owner: number) => Random; readonly own: () => void },
): () => void {
  const { arenas: shares } = options.spec;
  const names = arenasOf(options.spec);
  if (shares === undefined || names.length === 0) return own;
  const steps = arenaRules
    .filter(({ arena }) => names.includes(arena))
    .map((rules) => {
      const owner = ownerOfArena(rules.arena);
      const worker = rules.open({ ...options, owner, random: randomIn(owner) });
      return { share: shares[rules.arena] ?? 0, step: () => worker.step() };
    });
  const total = steps.reduce((sum, { share }) => sum + share, shares.own);
  return () => {
    let left = (random.next() / 2 ** 32) * total;
    for (const { share, step } of steps) {
      left -= share;
      if (left < 0) return step();
    }
    return own();
  };
}
