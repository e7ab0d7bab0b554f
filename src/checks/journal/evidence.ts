/** What the hosts brought back: journals, what the plan says of the workload, and what is known of every host's client and clock. */
import type { HostClock } from '../../model/clock.ts';
import type { Consistency, LockReaches } from '../../model/consistency.ts';
import type { Durability } from '../../model/durability.ts';
import type { Block, Note } from '../../model/journal.ts';
import { arenaOf } from '../../model/namespace.ts';
import type { Heartbeat } from '../../model/protocol.ts';
import type { Client } from './effect.ts';
import type { RecordLog } from './record-log.ts';

/** What the plan says of the workload. */
export interface HistoryFacts {
  /** A host. */
  readonly workers: number;
  readonly chunkBytes: number;
  /** No file may have more. */
  readonly maxChunks: number;
  /** Every host has a directory of its own. */
  readonly isLocal: boolean;
  /** What came between stress and verify: a crash, after which only what was synced is sure to be there, or another command. */
  readonly between?: 'crash' | 'command' | undefined;
  /** Every write is synchronous. */
  readonly isSynchronous?: boolean;
  /** The workload syncs what it writes by a rule, not now and then. */
  readonly isSynced?: boolean;
  /** What the plan sets limits to. */
  readonly limits?: {
    /** For one operation. */
    readonly hungMs: number;
    /** Of a host's operations in stress, the share that may end in an unexpected error. */
    readonly errorShare: number | undefined;
  };
}

/** One planned host, with or without a journal. */
export interface HostEvidence {
  readonly name: string;
  /** None where the records are in the log already. */
  readonly blocks: readonly Block[];
  /** False: these aren't the bytes that the host sent, so that nothing counts as whole. */
  readonly isTrusted: boolean;
  /** It said that it had read everything back. */
  readonly hasVerified: boolean;
  /** What it saw in verify was another file system, which nothing is to be judged by. */
  readonly isTargetGone?: boolean;
  readonly client: Client;
  readonly consistency: Consistency;
  /** Its file system may make up inodes and round times at any moment. */
  readonly forgetsAttributes?: boolean;
  /** How long after a close an open by another client may still find what was there before, where it promises close-to-open. */
  readonly reopenMs?: number;
  /** How long the caches that its options allow may keep anything. */
  readonly settleMs?: number;
  readonly locks: LockReaches;
  /** What it keeps through a crash; what a local file system does where not given. */
  readonly durability?: Durability;
  readonly clock?: HostClock;
  /** Of its agent, as they came: hostile. */
  readonly heartbeats?: readonly Heartbeat[];
  /** What its agent counted in stress. */
  readonly stress?: { readonly operations: number; readonly errors: number };
  /** How it went away, or that it was never there. */
  readonly gone?: string;
}

export interface HostNote {
  readonly host: number;
  readonly worker: number;
  readonly note: Note;
}

export interface Evidence {
  readonly facts: HistoryFacts;
  /** By index in the plan. */
  readonly hosts: readonly HostEvidence[];
  /** Run-wide numbers of workers, and so of trees, are below this. */
  readonly owners: number;
  /** The weakest that any host's mount promises. */
  readonly consistency: Consistency;
  /** The word that marks all content of the run. */
  readonly runTag: number;
  readonly log: RecordLog;
  readonly notes: readonly HostNote[];
  /** What was in a journal and can't have been written by our agent, by host. */
  readonly refused: ReadonlyMap<number, string>;
  /** Workers all of whose operations are known. */
  readonly whole: ReadonlySet<number>;
}

/** The host whose worker has this run-wide number. */
export function hostOf(facts: HistoryFacts, worker: number): number {
  return Math.floor(worker / facts.workers);
}

/** What answered the worker's calls; where nothing is known of its host, the client that proves least. */
export function clientOf({ facts, hosts }: Pick<Evidence, 'facts' | 'hosts'>, worker: number): Client {
  return hosts[hostOf(facts, worker)]?.client ?? { isNetwork: true, platform: '' };
}

/** False where its clock ran backwards: then not even two times of this host say what came first. */
export function isTimed({ hosts }: Pick<Evidence, 'hosts'>, host: number): boolean {
  return hosts[host]?.clock?.isRising !== false;
}

/**
 * With directories of their own, hosts that name the same path see different files; only the owner's host sees this one.
 * Every host has arenas.
 */
export function isElsewhere(facts: HistoryFacts, host: number, owner: number): boolean {
  return facts.isLocal && arenaOf(owner) === undefined && host !== hostOf(facts, owner);
}
