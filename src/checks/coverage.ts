/**
 * What should have been read back and wasn't: silence isn't success. A tree whose operations are known must have been
 * listed by some host, and each of its files read by some host as far as it is long; so must the arenas.
 */
import { foldersOfTree, nameOf, objectOf, ownerOfArena, pathOf } from '../model/namespace.ts';
import { areLocksUnasked, unlistedOfRace } from './arenas/arena-coverage.ts';
import type { History } from './history.ts';

export interface Coverage {
  readonly filesVerified: number;
  /** One sentence a kind of gap. */
  readonly gaps: readonly string[];
}

/** Of a part of a run. */
export interface PartCoverage {
  readonly filesVerified: number;
  readonly unlisted: Missed;
  readonly unread: Missed;
  readonly areLocksUnasked: boolean;
}

/** Paths that should have been looked at: how many, and the first of them. */
interface Missed {
  readonly first: string | undefined;
  readonly count: number;
}

export function coverageOf(history: History): Coverage {
  return joinCoverage([partCoverageOf(history)]);
}

export function joinCoverage(parts: readonly PartCoverage[]): Coverage {
  const unasked = parts.some(({ areLocksUnasked: isSo }) => isSo);
  return {
    filesVerified: parts.reduce((sum, { filesVerified }) => sum + filesVerified, 0),
    gaps: [
      ...summary(
        parts.map(({ unlisted }) => unlisted),
        'was listed by no host',
      ),
      ...summary(
        parts.map(({ unread }) => unread),
        'was read back by no host',
      ),
      ...(unasked ? ['whether the locks are free was asked by no host'] : []),
    ],
  };
}

export function partCoverageOf(history: History): PartCoverage {
  const unlisted: string[] = [];
  const unread: string[] = [];
  let filesVerified = 0;
  for (const owner of history.trees) {
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
    unlisted: { first: unlisted[0], count: unlisted.length },
    unread: { first: unread[0], count: unread.length },
    areLocksUnasked: areLocksUnasked(history),
  };
}

function summary(all: readonly Missed[], what: string): readonly string[] {
  const first = all.find(({ count }) => count > 0)?.first;
  if (first === undefined) return [];
  const count = all.reduce((sum, missed) => sum + missed.count, 0);
  return [`${first} ${what}${count === 1 ? '' : `, nor were ${count - 1} others`}`];
}
