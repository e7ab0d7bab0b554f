/**
 * All that the hosts' journals tell, as values that checks ask: what each tree may be in the end, what every host saw of
 * it in verify, and which chunks no history explains. Worked out tree by tree, when first asked for.
 */
import { brokenClock } from '../model/clock.ts';
import type { Consistency } from '../model/consistency.ts';
import { durabilityOf } from '../model/durability.ts';
import { ownerOfArena } from '../model/namespace.ts';
import { judgeAppends, type AppendJudgement } from './arenas/append/append-flaws.ts';
import { tellCloseToOpen } from './reads/close-to-open.ts';
import { indexAttributes } from './attributes/attribute-history.ts';
import { clientOf, hostOf, type Evidence, type HistoryFacts, type HostEvidence } from './journal/evidence.ts';
import { tellCrash } from './crash/crash-chunks.ts';
import { findCrashedNames, type CrashedName } from './crash/crash-names.ts';
import { findDivergences } from './verify/divergence.ts';
import { findHalfRenames, type HalfRename } from './names/half-renames.ts';
import { findWrongNames, type WrongName } from './names/listings.ts';
import { orderOf, type Order } from './order/order.ts';
import { findLockBreaches } from './arenas/locks/lock-breaches.ts';
import type { LockBreach } from './arenas/locks/lock-chains.ts';
import { indexLooks, type Looks } from './tree/looks.ts';
import { indexRegisters, type Registers } from './tree/registers.ts';
import { gatherSegments } from './journal/segments.ts';
import { findContradictions, type Contradiction } from './arenas/race/races.ts';
import { countRows, rowCount, type BlockSegment, type RecordLog } from './journal/record-log.ts';
import { RecordSorter } from './journal/record-sorter.ts';
import { replay, type ReplayInput } from './tree/replay.ts';
import type { Tree } from './tree/tree.ts';
import { readScan, type Scan } from './verify/scan.ts';
import { judgeShared, type SharedJudgement } from './arenas/shared/shared-flaws.ts';
import type { StaleRead } from './reads/file-reads.ts';
import { findStaleReads, type StaleSearch } from './reads/stale-reads.ts';
import { findWrongAnswers, type WrongAnswer } from './names/wrong-answers.ts';
import { findWrongAttributes, type WrongAttribute } from './attributes/wrong-attributes.ts';
import { tellReturnedWrites } from './verify/returned-writes.ts';
import { tellShortWrites } from './verify/short-writes.ts';
import { tellSilentLosses } from './verify/silent-losses.ts';
import { tellTornWrites } from './verify/torn-writes.ts';
import { tellLateVisibility } from './reads/visibility.ts';
import { findWrongChunks, type WrongChunk } from './verify/wrong-chunks.ts';
import { indexWrites, type Writes } from './tree/writes.ts';

export interface History extends Evidence {
  /** Whose trees are judged here. */
  readonly trees: readonly number[];
  tree(owner: number): Tree;
  scan(owner: number): Scan;
  writes(owner: number): Writes;
  wrongChunks(owner: number): readonly WrongChunk[];
  /** Where an operation stands among the owner's changes. */
  order(owner: number): Order;
  registers(owner: number): Registers;
  /** What those of stress may have met. */
  looks(owner: number): Looks;
  /** Before it is judged what the file system promises, with how long changes took to be seen by other hosts. */
  staleSearch(owner: number): StaleSearch;
  staleReads(owner: number): readonly StaleRead[];
  /** Of the listings of stress. */
  wrongNames(owner: number): readonly WrongName[];
  /** That a crash should have left otherwise. */
  crashedNames(owner: number): readonly CrashedName[];
  /** That left both names or neither. */
  halfRenames(owner: number): readonly HalfRename[];
  /** Errors that the state of the tree rules out. */
  wrongAnswers(owner: number): readonly WrongAnswer[];
  /** What looks saw of files that can't be. */
  wrongAttributes(owner: number): readonly WrongAttribute[];
  /** Of the race. */
  contradictions(): readonly Contradiction[];
  /** Of locks. */
  lockBreaches(): readonly LockBreach[];
  /** Of the files that many appended to. */
  appends(): AppendJudgement;
  /** Of the files that many wrote to. */
  shared(): SharedJudgement;
  /** The history that has a worker's tree, or an arena: this one, or another part's, of which it knows what was done in stress. */
  home(owner: number): History;
}

/** Of journals in memory. */
export function makeHistory(facts: HistoryFacts, given: readonly HostEvidence[]): History {
  const { segments, runBack, ...gathered } = gatherSegments(facts, given);
  const hosts = given.map((host, index) => timedBy(host, runBack.has(index)));
  const owners = hosts.length * facts.workers;
  const journaled = given.filter(({ blocks }) => blocks.length > 0);
  const consistency = weakestOf(journaled);
  const runTag = journaled[0]?.blocks[0]?.runTag ?? 0;
  const log = sortAll(segments, owners);
  return openHistory({ facts, hosts, owners, consistency, runTag, log, ...gathered });
}

/** A host whose clock ran backwards has none that says anything. */
export function timedBy(host: HostEvidence, isRunBack: boolean): HostEvidence {
  return isRunBack ? { ...host, clock: brokenClock } : host;
}

function sortAll(segments: readonly BlockSegment[], owners: number): RecordLog {
  const counts = new Float64Array(rowCount(owners));
  for (const segment of segments) countRows(counts, segment, owners);
  const sorter = new RecordSorter({ owners, rows: { first: 0, end: counts.length }, counts });
  for (const segment of segments) sorter.take(segment);
  return sorter.finish(segments);
}

/** All trees of the log, where not told which. `elsewhere`: of an owner whose records are in another part of the run. */
export function openHistory(
  evidence: Evidence,
  { trees, elsewhere }: { readonly trees?: readonly number[]; readonly elsewhere?: Told['elsewhere'] } = {},
): History {
  const { log } = evidence;
  const tree = remember((owner) => replay(log, replayInput(evidence, owner)));
  const order = remember((owner) => orderOf(evidence, owner));
  const registers = remember((owner) => indexRegisters(evidence, owner));
  const looks = remember((owner) => indexLooks({ evidence, tree: tree(owner), order: order(owner) }));
  const staleSearch = remember((owner) =>
    findStaleReads({
      evidence,
      tree: tree(owner),
      order: order(owner),
      registers: registers(owner),
      looks: looks(owner),
    }),
  );
  return judgedBy(evidence, {
    trees: trees ?? [...log.trees.keys()],
    tree,
    order,
    registers,
    looks,
    staleSearch,
    writes: remember((owner) => indexWrites(log, tree(owner))),
    scan: remember((owner) => readScan(evidence, owner)),
    elsewhere: remember((owner) => elsewhere?.(owner)),
  });
}

/** The same evidence, judged by what another consistency promises. */
export function regraded(history: History, consistency: Consistency): History {
  return judgedBy({ ...history, consistency }, { ...history, elsewhere: elsewhereOf(history) });
}

/** What the journals tell, whatever the file system promises. */
interface Told extends Pick<
  History,
  'trees' | 'tree' | 'writes' | 'order' | 'scan' | 'registers' | 'looks' | 'staleSearch'
> {
  readonly elsewhere: (owner: number) => History | undefined;
}

function elsewhereOf(history: History): Told['elsewhere'] {
  return (owner) => {
    const home = history.home(owner);
    return home === history ? undefined : home;
  };
}

function judgedBy(evidence: Evidence, told: Told): History {
  const { trees, tree, writes, order, scan, registers, looks, staleSearch, elsewhere } = told;
  const contradictions = remember((arena) => findContradictions(evidence, scan(arena)));
  const lockBreaches = remember(() => findLockBreaches(evidence));
  const appends = remember((arena) => judgeAppends(evidence, scan(arena)));
  const shared = remember((arena) => judgeShared(evidence, scan(arena)));
  const history: History = {
    ...evidence,
    home: (owner) => elsewhere(owner) ?? history,
    trees,
    tree,
    writes,
    order,
    scan,
    registers,
    looks,
    staleSearch,
    contradictions: () => contradictions(ownerOfArena('race')),
    lockBreaches: () => lockBreaches(ownerOfArena('locks')),
    appends: () => appends(ownerOfArena('append')),
    shared: () => shared(ownerOfArena('shared')),
    wrongChunks: remember((owner) => {
      const found = findWrongChunks(evidence, { tree: tree(owner), looks: looks(owner), writes: () => writes(owner) });
      const torn = tellTornWrites(evidence, tree(owner), found);
      const short = tellShortWrites(tree(owner), () => writes(owner), torn);
      const returned = tellReturnedWrites(evidence, owner, short);
      const wrong = tellCrash(evidence, tree(owner), tellSilentLosses(evidence, tree(owner), returned));
      return [...wrong, ...findDivergences(evidence, tree(owner), wrong)];
    }),
    wrongNames: remember((owner) => findWrongNames({ evidence, tree: tree(owner), order: order(owner) })),
    crashedNames: remember((owner) => findCrashedNames(evidence, tree(owner), scan(owner))),
    halfRenames: remember((owner) => findHalfRenames({ evidence, tree: tree(owner), scan: scan(owner) })),
    wrongAnswers: remember((owner) =>
      findWrongAnswers({ evidence, tree: tree(owner), order: order(owner), looks: looks(owner) }),
    ),
    wrongAttributes: remember((owner) =>
      findWrongAttributes({
        evidence,
        tree: tree(owner),
        order: order(owner),
        looks: looks(owner),
        scan: scan(owner),
        attributes: indexAttributes(evidence, owner),
      }),
    ),
    staleReads: remember((owner) =>
      tellLateVisibility(
        evidence,
        owner,
        tellCloseToOpen(evidence, { tree: tree(owner), registers: registers(owner) }, staleSearch(owner).found),
      ),
    ),
  };
  return history;
}

function replayInput({ facts, hosts, whole }: Omit<Evidence, 'log'>, owner: number): ReplayInput {
  const client = clientOf({ facts, hosts }, owner);
  const durability = hosts[hostOf(facts, owner)]?.durability ?? durabilityOf(undefined);
  const crash = facts.between === 'crash' ? { durability, isSynchronous: facts.isSynchronous === true } : undefined;
  return { owner, isWhole: whole.has(owner), client, chunkBytes: facts.chunkBytes, crash };
}

export function remember<T>(make: (owner: number) => T): (owner: number) => T {
  const made = new Map<number, T>();
  return (owner) => {
    const known = made.get(owner);
    if (known !== undefined) return known;
    const value = make(owner);
    made.set(owner, value);
    return value;
  };
}

/** What the weakest of these hosts' mounts promises. */
export function weakestOf(hosts: readonly HostEvidence[]): Consistency {
  for (const weaker of ['eventual', 'smb', 'close-to-open'] as const) {
    if (hosts.some(({ consistency }) => consistency === weaker)) return weaker;
  }
  return 'posix';
}
