/**
 * What should have been read back and wasn't: silence isn't success. A tree whose operations are known must have been
 * listed by some host, and each of its files read by some host as far as it is long; so must the arenas.
 */
import { foldersOfTree, nameOf, objectOf, ownerOfArena, pathOf } from '../model/namespace.ts';
import { areLocksUnasked, unlistedOfRace } from './arena-coverage.ts';
import type { History } from './history.ts';

export interface Coverage {
  readonly filesVerified: number;
  /** One sentence a kind of gap. */
  readonly gaps: readonly string[];
}

export function coverageOf(history: History): Coverage {
  const unlisted: string[] = [];
  const unread: string[] = [];
  let filesVerified = 0;
  for (let owner = 0; owner < history.owners; owner++) {
    const tree = history.tree(owner);
    const scan = history.scan(owner);
    if (tree.isWhole) {
      for (let folder = 0; folder < foldersOfTree; folder++) {
        const isListed = scan.finalListings(folder).some((listing) => listing.isComplete);
        const isUsed = [...tree.names.keys()].some((name) => objectOf(name).folder === folder);
        if (isUsed && !isListed) unlisted.push(pathOf(owner, nameOf({ kind: 'folder', folder })));
      }
    }
    for (const [name, sightings] of scan.names) {
      if (objectOf(name).kind !== 'file') continue;
      const isJudged = tree.isWhole && tree.names.get(name)?.life !== undefined;
      const size = sightings.reduce((most, sighting) => Math.max(most, sighting.size ?? 0), 0);
      const read = scan.chunksRead(name);
      if (read !== undefined && read * history.facts.chunkBytes >= size) filesVerified++;
      else if (isJudged) unread.push(pathOf(owner, name));
    }
  }
  for (const [arena, judgement] of [
    ['append', history.appends()],
    ['shared', history.shared()],
  ] as const) {
    const owner = ownerOfArena(arena);
    unread.push(...judgement.unread.map((name) => pathOf(owner, name)));
    filesVerified += Math.max(0, history.scan(owner).names.size - judgement.unread.length);
  }
  unlisted.push(...unlistedOfRace(history));
  return {
    filesVerified,
    gaps: [
      ...summary(unlisted, 'was listed by no host'),
      ...summary(unread, 'was read back by no host'),
      ...(areLocksUnasked(history) ? ['whether the locks are free was asked by no host'] : []),
    ],
  };
}

function summary(paths: readonly string[], what: string): readonly string[] {
  const [first] = paths;
  if (first === undefined) return [];
  return [`${first} ${what}${paths.length === 1 ? '' : `, nor were ${paths.length - 1} others`}`];
}
