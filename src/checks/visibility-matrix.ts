/** From what every tree's readers saw to one distribution a pair of hosts, the worst pair first. */
import { maxWorkers } from '../model/namespace.ts';
import { spreadOf, type PairVisibility, type Visibility } from '../model/visibility.ts';
import { hostOf } from './journal/evidence.ts';
import type { History } from './history.ts';
import { joinPairs, type PairCounts } from './reads/latencies.ts';

/** In run.json; 200 hosts have 39,800. */
const maxPairs = 400;

export interface VisibilityPart {
  readonly pairs: readonly Pair[];
  /** Changes that nobody can say it of. */
  readonly untimed: number;
}

interface Pair {
  readonly writer: number;
  readonly reader: number;
  readonly counts: PairCounts;
}

/** Of a part of a run. */
export function visibilityPartOf(history: History): VisibilityPart {
  const pairs: Pair[] = [];
  let untimed = 0;
  for (const owner of history.trees) {
    if (!history.tree(owner).isWhole) continue;
    const writer = hostOf(history.facts, owner);
    const { latencies } = history.staleSearch(owner);
    untimed += latencies.untimed;
    for (const [reader, counts] of latencies.pairs) pairs.push({ writer, reader, counts });
  }
  return { pairs: joined(pairs), untimed };
}

/** Of a run that is in one piece. */
export function visibilityOf(history: History): Visibility | undefined {
  return joinVisibility(
    [visibilityPartOf(history)],
    history.hosts.map(({ name }) => name),
  );
}

function joined(all: readonly Pair[]): readonly Pair[] {
  const pairs = new Map<number, Pair>();
  for (const { writer, reader, counts } of all) {
    const key = writer * maxWorkers + reader;
    pairs.set(key, { writer, reader, counts: joinPairs(pairs.get(key)?.counts, counts) });
  }
  return [...pairs.values()];
}

/** Undefined where no host looked at what another had changed. */
export function joinVisibility(parts: readonly VisibilityPart[], hosts: readonly string[]): Visibility | undefined {
  const pairs = joined(parts.flatMap((part) => part.pairs));
  const untimed = parts.reduce((sum, part) => sum + part.untimed, 0);
  if (pairs.length === 0 && untimed === 0) return undefined;
  const all = pairs.toSorted((a, b) => worstFirst(a.counts, b.counts) || a.writer - b.writer || a.reader - b.reader);
  return { pairs: all.slice(0, maxPairs).map((pair) => rowOf(hosts, pair)), pairCount: all.length, untimed };
}

/** Certain lateness first; then what was never seen, then what took longest to be seen. */
function worstFirst(a: PairCounts, b: PairCounts): number {
  return b.maxAtLeastNs - a.maxAtLeastNs || b.unseen - a.unseen || b.maxAtMostNs - a.maxAtMostNs;
}

function rowOf(hosts: readonly string[], { writer, reader, counts }: Pair): PairVisibility {
  const { changes, unseen, boundNs } = counts;
  return {
    writer: hosts[writer] ?? '',
    reader: hosts[reader] ?? '',
    changes,
    unseen,
    boundNs: Math.round(boundNs),
    atLeast: spreadOf(counts.atLeast, { maxNs: Math.round(counts.maxAtLeastNs), beyond: 0 }),
    atMost: spreadOf(counts.atMost, { maxNs: Math.round(counts.maxAtMostNs), beyond: unseen }),
  };
}
