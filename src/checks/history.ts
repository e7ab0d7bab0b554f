/**
 * All that the hosts' journals tell, as values that checks ask: what each tree may be in the end, what every host saw of
 * it in verify, and which chunks no history explains. Worked out tree by tree, when first asked for.
 */
import { brokenClock } from '../model/clock.ts';
import type { Consistency } from '../model/consistency.ts';
import { ownerOfArena } from '../model/namespace.ts';
import { judgeAppends, type AppendJudgement } from './append-flaws.ts';
import { tellCloseToOpen } from './close-to-open.ts';
import { hostOf, type Evidence, type HistoryFacts, type HostEvidence } from './evidence.ts';
import { findDivergences } from './divergence.ts';
import { findWrongNames, type WrongName } from './listings.ts';
import { orderOf, type Order } from './order.ts';
import { findLockBreaches } from './lock-findings.ts';
import type { LockBreach } from './lock-chains.ts';
import { indexRegisters, type Registers } from './registers.ts';
import { gatherSegments } from './segments.ts';
import { findContradictions, type Contradiction } from './races.ts';
import { hostsRunBack } from './run-back.ts';
import { indexRecords } from './record-log.ts';
import { replay } from './replay.ts';
import type { Tree } from './tree.ts';
import { readScan, type Scan } from './scan.ts';
import { judgeShared, type SharedJudgement } from './shared-flaws.ts';
import type { StaleRead } from './file-reads.ts';
import { findStaleReads } from './stale-reads.ts';
import { tellReturnedWrites } from './returned-writes.ts';
import { tellShortWrites } from './short-writes.ts';
import { tellTornWrites } from './torn-writes.ts';
import { tellLateVisibility } from './visibility.ts';
import { findWrongChunks, type WrongChunk } from './wrong-chunks.ts';
import { indexWrites, type Writes } from './writes.ts';

export interface History extends Evidence {
  tree(owner: number): Tree;
  scan(owner: number): Scan;
  writes(owner: number): Writes;
  wrongChunks(owner: number): readonly WrongChunk[];
  /** Where an operation stands among the owner's changes. */
  order(owner: number): Order;
  registers(owner: number): Registers;
  staleReads(owner: number): readonly StaleRead[];
  /** Of the listings of stress. */
  wrongNames(owner: number): readonly WrongName[];
  /** Of the race. */
  contradictions(): readonly Contradiction[];
  /** Of locks. */
  lockBreaches(): readonly LockBreach[];
  /** Of the files that many appended to. */
  appends(): AppendJudgement;
  /** Of the files that many wrote to. */
  shared(): SharedJudgement;
}

export function makeHistory(facts: HistoryFacts, given: readonly HostEvidence[]): History {
  const { segments, ...gathered } = gatherSegments(facts, given);
  const runBack = hostsRunBack(segments);
  const hosts = given.map((host, index) => (runBack.has(index) ? { ...host, clock: brokenClock } : host));
  const owners = hosts.length * facts.workers;
  const log = indexRecords(segments, owners);
  const consistency = weakest(hosts.filter((host) => host.blocks.length > 0).map((host) => host.consistency));
  const evidence: Evidence = { facts, hosts, owners, consistency, log, ...gathered };
  const tree = remember((owner) => replay(log, replayInput(evidence, owner)));
  const writes = remember((owner) => indexWrites(log, tree(owner)));
  const order = remember((owner) => orderOf(evidence, owner));
  const scan = remember((owner) => readScan(evidence, owner));
  const contradictions = remember((arena) => findContradictions(evidence, scan(arena)));
  const lockBreaches = remember(() => findLockBreaches(evidence));
  const appends = remember((arena) => judgeAppends(evidence, scan(arena)));
  const shared = remember((arena) => judgeShared(evidence, scan(arena)));
  const registers = remember((owner) => indexRegisters(evidence, owner));
  return {
    ...evidence,
    tree,
    writes,
    order,
    registers,
    scan,
    contradictions: () => contradictions(ownerOfArena('race')),
    lockBreaches: () => lockBreaches(ownerOfArena('locks')),
    appends: () => appends(ownerOfArena('append')),
    shared: () => shared(ownerOfArena('shared')),
    wrongChunks: remember((owner) => {
      const found = findWrongChunks(evidence, tree(owner), () => writes(owner));
      const torn = tellTornWrites(evidence, tree(owner), found);
      const short = tellShortWrites(tree(owner), () => writes(owner), torn);
      const wrong = tellReturnedWrites(evidence, owner, short);
      return [...wrong, ...findDivergences(evidence, tree(owner), wrong)];
    }),
    wrongNames: remember((owner) => findWrongNames({ evidence, tree: tree(owner), order: order(owner) })),
    staleReads: remember((owner) =>
      tellLateVisibility(
        evidence,
        owner,
        tellCloseToOpen(
          evidence,
          { tree: tree(owner), registers: registers(owner) },
          findStaleReads({ evidence, tree: tree(owner), order: order(owner), registers: registers(owner) }),
        ),
      ),
    ),
  };
}

function replayInput({ facts, hosts, whole }: Evidence, owner: number): Parameters<typeof replay>[1] {
  const client = hosts[hostOf(facts, owner)]?.client ?? { isNetwork: true, platform: '' };
  return { owner, isWhole: whole.has(owner), client, chunkBytes: facts.chunkBytes };
}

function remember<T>(make: (owner: number) => T): (owner: number) => T {
  const made = new Map<number, T>();
  return (owner) => {
    const known = made.get(owner);
    if (known !== undefined) return known;
    const value = make(owner);
    made.set(owner, value);
    return value;
  };
}

function weakest(all: readonly Consistency[]): Consistency {
  for (const consistency of ['eventual', 'smb', 'close-to-open'] as const) {
    if (all.includes(consistency)) return consistency;
  }
  return 'posix';
}
