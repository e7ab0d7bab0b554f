/**
 * Every chunk of every incarnation as a register: the changes that certainly took effect, in the owner's program order,
 * which is that of their generations. What may have, or may not, is no proof of anything and left out. All files of a tree
 * share one table, in which the changes of a file lie together, as there are as many changes as anything that reads them.
 */
import { layout, outcomes, readRecord, recordKinds, type RecordViews } from '../../model/record.ts';
import { effectOf } from '../journal/effect.ts';
import { clientOf, type Evidence, type HistoryFacts } from '../journal/evidence.ts';
import { contentKinds, kindTable, syncKinds, writeKinds } from '../journal/kinds.ts';
import { inStress } from '../journal/phases.ts';
import { storedChunks } from '../journal/puts.ts';
import type { Segment } from '../journal/record-log.ts';
import { PlaceTable } from './place-table.ts';

/** The certain changes of a tree: one is one place in every column. */
export interface ChangeColumns {
  readonly ids: Uint32Array;
  readonly generations: Uint32Array;
  /** Chunks from `firsts` to before `ends` were written, or made zeros: cut off and perhaps extended, or punched. */
  readonly firsts: Uint32Array;
  readonly ends: Uint32Array;
  readonly areWrites: Uint8Array;
  /** On the clock of the owner's host. */
  readonly endsNs: Float64Array;
}

/** Those of one incarnation: from place `from` to before `to`. */
export interface FileChanges {
  readonly columns: ChangeColumns;
  readonly incarnation: number;
  readonly from: number;
  readonly to: number;
}

export interface Registers {
  /** Of a file that was ever altered: its place among them, the older ones first. */
  placeOf(incarnation: number): number | undefined;
  readonly files: number;
  /** By file. 0 after an error with which earlier changes may be gone too, and that perhaps long before it was reported. */
  readonly isSound: Uint8Array;
  changesOf(file: number): FileChanges;
  /** Of any file. */
  readonly mostChanges: number;
  /** Incarnations that began as a copy, whose chunks carry the stamps of others. */
  readonly copies: ReadonlySet<number>;
}

export function changesOfIncarnation(registers: Registers, incarnation: number): FileChanges | undefined {
  const file = registers.placeOf(incarnation);
  return file === undefined ? undefined : registers.changesOf(file);
}

/** The place of the first change of a file with this generation or a newer one. */
export function changeSince({ columns, from, to }: FileChanges, generation: number): number {
  return firstSince(columns.generations, generation, { low: from, high: to });
}

/** The place after the last change of a file whose record's id is below this. */
export function changesBefore({ columns, from, to }: FileChanges, id: number): number {
  return firstSince(columns.ids, id, { low: from, high: to });
}

/** Among numbers that rise from place `low` to before `high`. Of columns alone: one that takes any list is several times slower. */
function firstSince(rising: Uint32Array, limit: number, within: { low: number; high: number }): number {
  let { low, high } = within;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place of the certain write of this generation to this chunk. */
export function writeAt(changes: FileChanges, chunk: number, generation: number): number | undefined {
  const { columns, to } = changes;
  const at = changeSince(changes, generation);
  if (at === to || columns.generations[at] !== generation || columns.areWrites[at] !== 1) return undefined;
  return covers(columns, at, chunk) ? at : undefined;
}

/** The place of the oldest change of a chunk that somebody who saw this generation of it had missed. */
export function firstMissed(changes: FileChanges, chunk: number, generation: number): number | undefined {
  for (let at = changeSince(changes, generation + 1); at < changes.to; at++) {
    if (covers(changes.columns, at, chunk)) return at;
  }
  return undefined;
}

export function covers({ firsts, ends }: ChangeColumns, at: number, chunk: number): boolean {
  return chunk >= (firsts[at] ?? 0) && chunk < (ends[at] ?? 0);
}

export function indexRegisters(evidence: Evidence, owner: number): Registers {
  const sifted = sift(evidence, owner);
  const { table, copies } = sifted;
  const files = table.count;
  const { incarnations, ages } = byAge(sifted);
  const isSound = new Uint8Array(files).fill(1);
  for (const file of sifted.doubted) isSound[ages[file] ?? 0] = 0;
  const starts = startsOf(sifted, ages);
  const columns = sortByFile(sifted, { ages, next: starts.slice(), starts, isSound });
  return {
    placeOf: (incarnation) => {
      const file = table.placeOf(incarnation);
      return file === undefined ? undefined : ages[file];
    },
    files,
    isSound,
    changesOf: (file) => ({
      columns,
      incarnation: incarnations[file] ?? 0,
      from: starts[file] ?? 0,
      to: starts[file + 1] ?? 0,
    }),
    mostChanges: widestOf(starts),
    copies,
  };
}

const alters = kindTable([...contentKinds, ...syncKinds]);

/** They change no data, but their errors may be the only word of a loss. */
const unchanging = kindTable([...syncKinds, recordKinds.copy, recordKinds.fallocate]);

const writing = kindTable(writeKinds);

/** What the owner's records tell, files in the order in which they were first altered. */
interface Sifted {
  readonly table: PlaceTable;
  /** By file. */
  readonly incarnations: Uint32Array;
  /** In program order. */
  readonly changes: ChangeColumns;
  /** By change. */
  readonly files: Uint32Array;
  readonly doubted: ReadonlySet<number>;
  readonly copies: ReadonlySet<number>;
}

function sift(evidence: Evidence, owner: number): Sifted {
  const { log, facts } = evidence;
  const client = clientOf(evidence, owner);
  const isOwn = (segment: Segment): boolean => segment.worker === owner && inStress(segment);
  const records = log.places(owner, isOwn, alters);
  const { u8, u32, f64 } = log.views;
  const [table, doubted, copies] = [new PlaceTable(), new Set<number>(), new Set<number>()];
  const incarnations = new Uint32Array(records.length);
  const files = new Uint32Array(records.length);
  const changes = newColumns(records.length);
  let count = 0;
  for (let record = 0; record < records.length; record++) {
    const id = records[record] ?? 0;
    const kind = u8[id * 64 + layout.kind] ?? 0;
    if (kind === recordKinds.copy) copies.add(u32[id * 16 + layout.sequence] ?? 0);
    const incarnation = u32[id * 16 + layout.incarnation] ?? 0;
    const file = table.add(incarnation);
    incarnations[file] = incarnation;
    const isDone = u8[id * 64 + layout.outcome] === outcomes.ok;
    // Also where there is no answer: it may have been such an error.
    if (!isDone && effectOf(readRecord(log.views, id), client) === 'unknown') doubted.add(file);
    if (!isDone || unchanging[kind] === 1) continue;
    files[count] = file;
    changes.ids[count] = id;
    changes.generations[count] = u32[id * 16 + layout.generation] ?? 0;
    changes.areWrites[count] = writing[kind] ?? 0;
    changes.endsNs[count] = f64[id * 8 + layout.endNs] ?? 0;
    setChunks(changes, count, { views: log.views, id, facts });
    count++;
  }
  return {
    table,
    incarnations: incarnations.subarray(0, table.count),
    changes,
    files: files.subarray(0, count),
    doubted,
    copies,
  };
}

/** Incarnations are numbered as they are made; `ages`: by file as it was first altered, its place among the sorted ones. */
function byAge({ table, incarnations }: Sifted): { readonly incarnations: Uint32Array; readonly ages: Uint32Array } {
  const sorted = incarnations.slice().sort();
  const ages = new Uint32Array(sorted.length);
  for (let age = 0; age < sorted.length; age++) ages[table.placeOf(sorted[age] ?? 0) ?? 0] = age;
  return { incarnations: sorted, ages };
}

function startsOf({ files }: Sifted, ages: Uint32Array): Uint32Array {
  const starts = new Uint32Array(ages.length + 1);
  for (let change = 0; change < files.length; change++) {
    const end = (ages[files[change] ?? 0] ?? 0) + 1;
    starts[end] = (starts[end] ?? 0) + 1;
  }
  for (let file = 0; file < ages.length; file++) starts[file + 1] = (starts[file + 1] ?? 0) + (starts[file] ?? 0);
  return starts;
}

function widestOf(starts: Uint32Array): number {
  let most = 0;
  for (let file = 1; file < starts.length; file++) most = Math.max(most, (starts[file] ?? 0) - (starts[file - 1] ?? 0));
  return most;
}

function sortByFile(
  { changes, files }: Sifted,
  to: {
    readonly ages: Uint32Array;
    readonly next: Uint32Array;
    readonly starts: Uint32Array;
    readonly isSound: Uint8Array;
  },
): ChangeColumns {
  const columns = newColumns(files.length);
  for (let change = 0; change < files.length; change++) {
    const file = to.ages[files[change] ?? 0] ?? 0;
    const place = to.next[file] ?? 0;
    to.next[file] = place + 1;
    const generation = changes.generations[change] ?? 0;
    // Generations that don't rise are no history of our agent's: then nothing can be said.
    const last = place === to.starts[file] ? 0 : (columns.generations[place - 1] ?? 0);
    if (!(generation > last)) to.isSound[file] = 0;
    columns.ids[place] = changes.ids[change] ?? 0;
    columns.generations[place] = generation;
    columns.firsts[place] = changes.firsts[change] ?? 0;
    columns.ends[place] = changes.ends[change] ?? 0;
    columns.areWrites[place] = changes.areWrites[change] ?? 0;
    columns.endsNs[place] = changes.endsNs[change] ?? 0;
  }
  return columns;
}

function newColumns(count: number): ChangeColumns {
  return {
    ids: new Uint32Array(count),
    generations: new Uint32Array(count),
    firsts: new Uint32Array(count),
    ends: new Uint32Array(count),
    areWrites: new Uint8Array(count),
    endsNs: new Float64Array(count),
  };
}

/** What a write acknowledged, a truncate cut off, or a hole covers. */
function setChunks(
  columns: ChangeColumns,
  place: number,
  { views, id, facts }: { readonly views: RecordViews; readonly id: number; readonly facts: HistoryFacts },
): void {
  const { u8, u32, f64 } = views;
  const { chunkBytes, maxChunks } = facts;
  const first = u32[id * 16 + layout.first] ?? 0;
  const count = u32[id * 16 + layout.count] ?? 0;
  const size = f64[id * 8 + layout.size] ?? 0;
  switch (u8[id * 64 + layout.kind] ?? 0) {
    case recordKinds.truncate:
      columns.firsts[place] = Math.ceil(size / chunkBytes);
      columns.ends[place] = maxChunks;
      return;
    case recordKinds.punchHole:
      columns.firsts[place] = first;
      columns.ends[place] = first + count;
      return;
    default: {
      const put = { count, size, target: u32[id * 16 + layout.target] ?? 0 };
      columns.firsts[place] = first;
      columns.ends[place] = first + storedChunks(put, chunkBytes);
    }
  }
}
