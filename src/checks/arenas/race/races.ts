/**
 * The names of the race (see workloads/arenas/race.ts): what succeeded must add up to what is left. A name that is made once
 * has one winner, one that is removed once too, whatever else is unknown; where a name is made and removed again and again,
 * successes in making minus successes in removing must give whether it is there in the end, with every operation of unknown
 * outcome counted for the file system. No clock takes part.
 */
import { objectOf, ownerOfArena } from '../../../model/namespace.ts';
import { raceFolders } from '../../../model/race.ts';
import { layout, readRecord, recordKinds, type JournalRecord } from '../../../model/record.ts';
import { effectOf, type Effect } from '../../journal/effect.ts';
import { clientOf, hostOf, type Evidence } from '../../journal/evidence.ts';
import { inStress } from '../../journal/phases.ts';
import { groupsOf, presenceOf } from '../presence.ts';
import type { Scan } from '../../verify/scan.ts';

/** What can't add up: of some operations more succeeded than can have, or what was made isn't there, or what is there nobody made. */
export interface Contradiction {
  readonly code: 'D01' | 'D03' | 'N07' | 'N08' | 'N09';
  readonly name: number;
  /** Records of two of the winners, where there are two. */
  readonly ids: readonly number[];
  /** How often it succeeded, and how often it can have. */
  readonly successes: number;
  readonly possible: number;
  /** Whether the name was there in the end; undefined where that takes no part. */
  readonly isThere?: boolean | undefined;
}

export function findContradictions(evidence: Evidence, scan: Scan): readonly Contradiction[] {
  return groupsOf(evidence).flatMap((group) => new Race(evidence, scan, group).contradictions());
}

/** What was done to one name. */
interface Tally {
  /** Records of successes. */
  readonly made: number[];
  readonly removed: number[];
  mayHaveMade: number;
  mayHaveRemoved: number;
}

class Race {
  readonly #evidence: Evidence;
  readonly #scan: Scan;
  readonly #group: ReadonlySet<number>;
  readonly #tallies = new Map<number, Tally>();

  constructor(evidence: Evidence, scan: Scan, group: ReadonlySet<number>) {
    this.#evidence = evidence;
    this.#scan = scan;
    this.#group = group;
    evidence.log.visit(
      ownerOfArena('race'),
      ({ views, firstId, worker }, at) => {
        if (changes.has(views.u8[at * 64 + layout.kind] ?? 0)) this.#take(readRecord(views, at), firstId + at, worker);
      },
      (segment) => inStress(segment) && group.has(segment.host),
    );
  }

  contradictions(): readonly Contradiction[] {
    const isWhole = [...this.#group].every((host) => this.#isWhole(host));
    for (const name of this.#scan.names.keys()) this.#tally(name);
    return [...this.#tallies]
      .sort(([a], [b]) => a - b)
      .flatMap(([name, tally]) => {
        const election = electionOf(name);
        const decided = election === undefined ? undefined : decidedTwice(name, tally, election);
        if (decided !== undefined) return [decided];
        // Of a worker whose last operations are unknown, any of them may have been here.
        return isWhole && objectOf(name).folder !== raceFolders.won ? this.#sum(name, tally) : [];
      });
  }

  #take(record: JournalRecord, id: number, worker: number): void {
    const effect = effectOf(record, clientOf(this.#evidence, worker));
    if (effect === 'none') return;
    const tally = this.#tally(record.name);
    if (record.kind === recordKinds.renameOnto) {
      count(tally, 'removed', effect, id);
      // Whether something bore the name before nobody knows.
      this.#tally(record.target).mayHaveMade++;
    } else count(tally, removals.has(record.kind) ? 'removed' : 'made', effect, id);
  }

  #tally(name: number): Tally {
    const known = this.#tallies.get(name);
    if (known !== undefined) return known;
    const tally: Tally = { made: [], removed: [], mayHaveMade: 0, mayHaveRemoved: 0 };
    this.#tallies.set(name, tally);
    return tally;
  }

  #sum(name: number, { made, removed, mayHaveMade, mayHaveRemoved }: Tally): readonly Contradiction[] {
    const isFolder = objectOf(name).kind === 'subfolder';
    const isThere = presenceOf(this.#evidence, { scan: this.#scan, group: this.#group }, name);
    const mayBeMade = removed.length + mayHaveRemoved + (isThere === false ? 0 : 1);
    if (made.length > mayBeMade) {
      const code = made.length === 1 ? 'D01' : isFolder ? 'N08' : 'N07';
      return [{ code, name, possible: mayBeMade, isThere, ...lastTwo(made) }];
    }
    const mayBeRemoved = made.length + mayHaveMade - (isThere === true ? 1 : 0);
    if (removed.length > mayBeRemoved) {
      return [
        { code: removed.length === 0 ? 'D03' : 'N09', name, possible: mayBeRemoved, isThere, ...lastTwo(removed) },
      ];
    }
    return [];
  }

  #isWhole(host: number): boolean {
    const { facts, whole } = this.#evidence;
    const workers = Array.from({ length: facts.workers }, (_, worker) => host * facts.workers + worker);
    return workers.every((worker) => whole.has(worker) && hostOf(facts, worker) === host);
  }
}

const removals: ReadonlySet<number> = new Set([recordKinds.delete, recordKinds.rmdir]);
const changes: ReadonlySet<number> = new Set([
  ...removals,
  recordKinds.renameOnto,
  recordKinds.touch,
  recordKinds.mkdir,
  recordKinds.link,
  recordKinds.symlink,
]);

function count(tally: Tally, what: 'made' | 'removed', effect: Effect, id: number): void {
  if (effect === 'done') tally[what].push(id);
  else if (what === 'made') tally.mayHaveMade++;
  else tally.mayHaveRemoved++;
}

interface Election {
  readonly code: Contradiction['code'];
  readonly what: 'made' | 'removed';
}

/** What can happen once to a name of this folder, by its rules. */
function electionOf(name: number): Election | undefined {
  const { folder, kind } = objectOf(name);
  switch (folder) {
    case raceFolders.made:
    case raceFolders.linked:
      return { code: kind === 'subfolder' ? 'N08' : 'N07', what: 'made' };
    case raceFolders.removed:
      return { code: 'N09', what: 'removed' };
    case raceFolders.renamed:
      return { code: 'N08', what: 'removed' };
    default:
      return undefined;
  }
}

/** Two successes are one too many, whatever became of the other operations. */
function decidedTwice(name: number, tally: Tally, { code, what }: Election): Contradiction | undefined {
  return tally[what].length < 2 ? undefined : { code, name, possible: 1, ...lastTwo(tally[what]) };
}

function lastTwo(ids: readonly number[]): Pick<Contradiction, 'ids' | 'successes'> {
  return { ids: ids.slice(-2), successes: ids.length };
}
