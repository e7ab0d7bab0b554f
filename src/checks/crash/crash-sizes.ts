/** Sizes that a crash can't have left: shorter, or longer, than the file ever was from its last acknowledged sync on. */
import type { Promised } from '../../model/durability.ts';
import type { Life } from '../tree/life.ts';
import type { Scan } from '../verify/scan.ts';
import { isClosedKept, isLifeCertain } from '../tree/survival.ts';
import type { Tree } from '../tree/tree.ts';

export interface CrashedSize {
  readonly code: 'C01' | 'C02';
  readonly name: number;
  readonly promised: Promised;
  readonly least: number;
  readonly most: number;
  readonly size: number;
  readonly host: number;
  readonly sightings: number;
  /** The sync, and who saw the size. */
  readonly ids: readonly (number | undefined)[];
}

export function findCrashedSizes(tree: Tree, scan: Scan): readonly CrashedSize[] {
  const { crash } = tree;
  if (crash === undefined || !tree.isWhole) return [];
  return [...scan.names].flatMap(([name, sightings]) => {
    const state = tree.names.get(name);
    const life = state?.life;
    if (life?.durable === undefined || state === undefined || state.isClouded) return [];
    if (!life.isSizeKnown || !isLifeCertain(tree, name, state)) return [];
    const { durability } = crash;
    const ranges = [
      { code: 'C01', promised: durability.synced, ...syncedRange(life, life.durable) } as const,
      ...(isClosedKept(crash)
        ? [{ code: 'C02', promised: durability.closed, least: life.size, most: life.size } as const]
        : []),
    ];
    for (const range of ranges) {
      const wrong = sightings.filter(({ size }) => size !== undefined && (size < range.least || size > range.most));
      const [first] = wrong;
      if (first?.size === undefined) continue;
      const ids = [life.durable.syncedBy, first.id];
      return [{ ...range, name, size: first.size, host: first.host, sightings: wrong.length, ids }];
    }
    return [];
  });
}

function syncedRange(
  { size }: Life,
  { leastSize, mostSize }: NonNullable<Life['durable']>,
): { readonly least: number; readonly most: number } {
  return { least: Math.min(leastSize, size), most: Math.max(mostSize, size) };
}
