/**
 * A run in parts: the trees of some workers, or some arenas, with every record about them, which checks can judge without the
 * others. So memory goes by the part, and threads can each take one. What is known of all of the run goes with every part,
 * as plain values: threads have to be told it.
 */
import type { Evidence, HistoryFacts, HostEvidence, HostNote } from '../../checks/journal/evidence.ts';
import { openHistory, remember, timedBy, weakestOf, type History } from '../../checks/history.ts';
import { rowCount, rowOf, type RecordLog, type RowRange } from '../../checks/journal/record-log.ts';
import { RecordSorter, type Room } from '../../checks/journal/record-sorter.ts';
import { inStress } from '../../checks/journal/phases.ts';
import { arenas } from '../../model/namespace.ts';
import { recordBytes, viewRecords } from '../../model/record.ts';
import type { PingColumns } from '../../model/ping.ts';
import { openFile, Window } from './journal-file.ts';
import { clockOf } from './host-clock.ts';
import type { SortedJournal } from './sorted-journal.ts';
import { hasAny } from './rows.ts';
import { SortedReader } from './sorted-reader.ts';
import type { BlockTable, Survey } from './survey.ts';

/** What all parts of a run share. */
export interface RunBasis {
  readonly facts: HistoryFacts;
  readonly runTag: number;
  readonly hosts: readonly HostBasis[];
  readonly notes: readonly HostNote[];
  readonly whole: ReadonlySet<number>;
  readonly refused: ReadonlyMap<number, string>;
}

export interface HostBasis {
  /** Without its clock, which is no plain value. */
  readonly evidence: HostEvidence;
  readonly pings: PingColumns;
  readonly isRunBack: boolean;
  readonly hasBlocks: boolean;
  readonly journal: JournalBasis | undefined;
}

export interface JournalBasis {
  readonly path: string;
  readonly version: string;
  readonly blocks: BlockTable;
  readonly rows: Survey['rows'];
  /** Where it was sorted, it needn't be read from end to end. */
  readonly sorted?: SortedJournal;
}

/** The parts of a run, in the order in which their findings are told: none has more records than this, but for one tree's. */
export function partsOf(basis: RunBasis, maxRecords: number): readonly RowRange[] {
  const owners = basis.hosts.length * basis.facts.workers;
  const counts = countsOf(basis);
  const parts: RowRange[] = [];
  let first = 0;
  let records = 0;
  const close = (end: number): void => {
    if (records > 0) parts.push({ first, end });
    first = end;
    records = 0;
  };
  for (const [row, count] of counts.entries()) {
    // What is told between trees and arenas is about neither.
    if (row === owners || records + count > maxRecords) close(row);
    records += count;
  }
  close(counts.length);
  return parts;
}

export function isAboutArenas({ facts, hosts }: RunBasis, { first }: RowRange): boolean {
  return first >= hosts.length * facts.workers;
}

/** `own/0000 to own/0003`, or the arenas. */
export function namePart({ facts, hosts }: RunBasis, { first, end }: RowRange): string {
  const owners = hosts.length * facts.workers;
  const names = [first, end - 1].map((row) =>
    row < owners ? `the tree of worker ${row}` : (arenas[row - owners] ?? ''),
  );
  return [...new Set(names)].join(' to ');
}

/**
 * Reads the records of a part from the journals, and gives the histories of a few trees after each other: what is worked out of
 * one is gone before that of the next; with `room`, all of them are when that is used again. Throws where the journals aren't what
 * they were when they were surveyed.
 */
export function* loadPart(basis: RunBasis, rows: RowRange, room?: Room): Iterable<History> {
  const owners = basis.hosts.length * basis.facts.workers;
  const counts = countsOf(basis);
  const log = loadRecords(basis, { rows, counts, room }, () => true);
  const isHere = (row: number): boolean => row >= rows.first && row < rows.end;
  const evidence = evidenceOfPart(basis, log);
  const elsewhere = remember((owner) =>
    isHere(rowOf(owner, owners) ?? -1) ? undefined : loadElsewhere(basis, evidence, owner),
  );
  for (const trees of groupsOf(log.trees)) yield openHistory(evidence, { trees, elsewhere });
}

/** Records of trees that are judged together: so few that what is worked out of them stays young, and so many that it is worth asking every check. */
const groupRecords = 100_000;

function groupsOf(trees: ReadonlyMap<number, number>): readonly (readonly number[])[] {
  const groups: number[][] = [[]];
  let records = 0;
  for (const [owner, count] of trees) {
    if (records >= groupRecords) {
      groups.push([]);
      records = 0;
    }
    groups.at(-1)?.push(owner);
    records += count;
  }
  return groups;
}

/** The evidence that a part of a run is judged by: claims about hosts have a part of their own. */
export function evidenceOfPart(basis: RunBasis, log: RecordLog): Evidence {
  const { facts, runTag, notes, whole, refused } = basis;
  const hosts = timedHosts(basis);
  const consistency = weakestOf(hosts.filter((_, host) => basis.hosts[host]?.hasBlocks === true));
  return { facts, hosts, owners: hosts.length * facts.workers, consistency, runTag, log, notes, whole, refused };
}

/** By a run's basis: a run of a hundred parts, of a thousand hosts each, would spend seconds on the same clocks. */
const timed = new WeakMap<RunBasis, readonly HostEvidence[]>();

function timedHosts(basis: RunBasis): readonly HostEvidence[] {
  const known = timed.get(basis);
  if (known !== undefined) return known;
  const hosts = basis.hosts.map(({ evidence, pings, isRunBack }) =>
    timedBy({ ...evidence, clock: clockOf({ pings }) }, isRunBack),
  );
  timed.set(basis, hosts);
  return hosts;
}

/** What somebody else's part has to know of a worker's tree is told by that worker's own operations; of an arena, by everybody's. */
function loadElsewhere(basis: RunBasis, evidence: Evidence, owner: number): History | undefined {
  const row = rowOf(owner, evidence.owners);
  if (row === undefined) return undefined;
  const isOfTree = owner < evidence.owners;
  const isWanted = (worker: number, phase: number): boolean => (!isOfTree || worker === owner) && inStress({ phase });
  const counts = countsOf(basis).map((count, at) => (at === row ? count : 0));
  const log = loadRecords(basis, { rows: { first: row, end: row + 1 }, counts, isPartial: true }, isWanted);
  return openHistory({ ...evidence, log });
}

function loadRecords(
  { facts, hosts }: RunBasis,
  of: {
    readonly rows: RowRange;
    readonly counts: Float64Array;
    readonly isPartial?: boolean;
    readonly room?: Room | undefined;
  },
  isWanted: (worker: number, phase: number) => boolean,
): RecordLog {
  const owners = hosts.length * facts.workers;
  const sorter = new RecordSorter({ owners, ...of });
  const reader = new SortedReader({ sorter, owners, rows: of.rows });
  for (const [host, { journal }] of hosts.entries()) {
    if (journal === undefined || !hasAny(journal.rows, of.rows)) continue;
    if (journal.sorted !== undefined) {
      reader.read({ sorted: journal.sorted, host, blocks: journal.blocks, isWanted });
      continue;
    }
    using file = openFile(journal.path);
    if (file.version !== journal.version) throw new Error(`${journal.path} was changed while it was read`);
    const window = new Window(file);
    const { offsets, counts, workers, phases, writtenNs } = journal.blocks;
    for (let block = 0; block < offsets.length; block++) {
      const [worker = 0, phase = 0, count = 0, at = 0] = [workers[block], phases[block], counts[block], offsets[block]];
      if (!isWanted(worker, phase)) continue;
      window.skipTo(at);
      window.need(at, count * recordBytes);
      const views = viewRecords(window.bytes.buffer, window.placeOf(at), count);
      sorter.take({ host, worker, phase, writtenNs: writtenNs[block] ?? 0, views, count });
    }
  }
  return sorter.finish();
}

/** By a run's basis, as the clocks are: it is asked for each part. */
const counted = new WeakMap<RunBasis, Float64Array>();

function countsOf(basis: RunBasis): Float64Array {
  const known = counted.get(basis);
  if (known !== undefined) return known;
  const { hosts, facts } = basis;
  const counts = new Float64Array(rowCount(hosts.length * facts.workers));
  counted.set(basis, counts);
  for (const { journal } of hosts) {
    if (journal === undefined) continue;
    const { rows, counts: own } = journal.rows;
    for (let at = 0; at < rows.length; at++) counts[rows[at] ?? 0] = (counts[rows[at] ?? 0] ?? 0) + (own[at] ?? 0);
  }
  return counts;
}
