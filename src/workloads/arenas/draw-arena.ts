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

/** A worker's part in all of them. */
export interface Arenas {
  /** Somewhere: in an arena, or in its own tree. */
  readonly step: () => void;
  readonly endStress: () => void;
  readonly verify: (isLooking: (owner: number) => boolean) => void;
  readonly close: () => void;
}

/** `random` is for the draws alone, so that what is done in its own tree stays as without arenas. */
export function openArenas(
  options: Omit<ArenaOptions, 'owner' | 'random'>,
  {
    random,
    randomIn,
    own,
  }: { readonly random: Random; readonly randomIn: (owner: number) => Random; readonly own: () => void },
): Arenas {
  const names = arenasOf(options.spec);
  const { arenas: shares = { own: 1 } } = options.spec;
  const workers = arenaRules
    .filter(({ arena }) => names.includes(arena))
    .map((rules) => {
      const owner = ownerOfArena(rules.arena);
      const worker = rules.open({ ...options, owner, random: randomIn(owner) });
      return { owner, share: shares[rules.arena] ?? 0, worker };
    });
  const total = workers.reduce((sum, { share }) => sum + share, shares.own);
  const step = (): void => {
    let left = (random.next() / 2 ** 32) * total;
    for (const { share, worker } of workers) {
      left -= share;
      if (left < 0) return worker.step();
    }
    return own();
  };
  return {
    step: workers.length === 0 ? own : step,
    endStress: () => workers.forEach(({ worker }) => worker.endStress?.()),
    verify: (isLooking) => workers.forEach(({ owner, worker }) => worker.verify?.(isLooking(owner))),
    close: () => workers.forEach(({ worker }) => worker.close?.()),
  };
}
