/** What is really there, and how a look at it takes its time: every chunk and name at a moment of its own. */
import { stressPhase } from '../../src/checks/journal/phases.ts';
import { nameOf, objectOf } from '../../src/model/namespace.ts';
import type { Random } from '../../src/model/random.ts';
import { contents, outcomes, readFlags, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { runsOfNames } from '../../src/workloads/listing.ts';
import { blankRecord } from '../support/blank-record.ts';
import { caseChunkBytes } from './case-history.ts';
import type { CorrectFile, Stamp } from './correct-file.ts';

export const racingFacts = { workers: 2, chunkBytes: caseChunkBytes, maxChunks: 8, isLocal: false };

export const racingNames = Array.from({ length: 5 }, (_, index) =>
  nameOf({ kind: 'file', folder: index % 2, index: index < 3 ? index : index + 2 }),
);

/** One operation: its record, and those that go on with what it saw. */
export interface Drafted {
  readonly phase: number;
  record: JournalRecord;
  more: readonly JournalRecord[];
}

/** One change of the disk, or one moment of a look at it. */
export interface Moment {
  readonly atNs: number;
  readonly happen: () => void;
}

export interface RacingDisk {
  readonly names: Map<number, CorrectFile>;
  /** Counts the changes of what is at a name. */
  readonly versions: Map<number, number>;
}

export interface Look {
  readonly random: Random;
  readonly moments: Moment[];
  readonly drafts: Drafted[];
  readonly sequence: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly names: readonly number[];
  /** Its client may answer from a cache that is behind. */
  readonly isLate: boolean;
}

/** A read, a list or a stat; its records come to the drafts when it ends. */
export function lookAt(disk: RacingDisk, look: Look): void {
  const { random, drafts, sequence, startNs, endNs } = look;
  const base = { ...blankRecord, sequence, outcome: outcomes.ok, startNs, endNs };
  const draft: Drafted = { phase: stressPhase, record: base, more: [] };
  drafts.push(draft);
  const draw = random.below(7);
  const finish = (draw < 2 ? list : draw === 2 ? stat : draw === 3 ? attribute : read)(disk, look, base);
  look.moments.push({
    atNs: endNs,
    happen() {
      const [own = base, ...more] = finish();
      draft.record = own;
      draft.more = more;
    },
  });
}

export interface FlatRecord {
  readonly phase: number;
  readonly record: JournalRecord;
}

export function flatten(drafts: readonly Drafted[]): readonly FlatRecord[] {
  return drafts.flatMap(({ phase, record, more }) => [record, ...more].map((one) => ({ phase, record: one })));
}

function read(disk: RacingDisk, look: Look, base: JournalRecord): () => JournalRecord[] {
  const { random, moments, names } = look;
  const name = names[random.below(Math.max(1, names.length))] ?? 0;
  const first = random.below(racingFacts.maxChunks);
  const count = 1 + random.below(racingFacts.maxChunks - first);
  let file: CorrectFile | undefined;
  const opened = within(look, look.startNs);
  const seen: (Stamp | undefined)[] = [];
  const cached = look.isLate && random.below(6) === 0 ? cachedAt(disk.names, moments, random.below(opened)) : undefined;
  moments.push({ atNs: opened, happen: () => (file = (cached ?? disk.names).get(name)) });
  for (let at = 0; at < count; at++) {
    moments.push({ atNs: within(look, opened), happen: () => (seen[at] = file?.stampAt(first + at)) });
  }
  let size = 0;
  moments.push({ atNs: within(look, opened), happen: () => (size = file?.bytes ?? 0) });
  return () => {
    const found = { ...base, kind: recordKinds.read, name, first };
    if (file === undefined) return [{ ...found, outcome: outcomes.error, errno: 2 }];
    const bytes = Math.max(0, Math.min(count * caseChunkBytes, size - first * caseChunkBytes));
    const chunks = Math.ceil(bytes / caseChunkBytes);
    const flags = bytes < count * caseChunkBytes ? readFlags.short : 0;
    const whole = { ...found, flags, size: bytes };
    if (chunks === 0) return [whole];
    return Array.from({ length: chunks }, (_, at): JournalRecord => {
      const kind = at === 0 ? recordKinds.read : recordKinds.observe;
      return { ...whole, kind, first: first + at, count: 1, ...lookOf(seen[at]) };
    });
  };
}

/** What it finds under the name is the file that it asks, whatever becomes of the name. */
function stat(disk: RacingDisk, look: Look, base: JournalRecord): () => JournalRecord[] {
  const { random, moments, names } = look;
  const name = names[random.below(Math.max(1, names.length))] ?? 0;
  const found = within(look, look.startNs);
  const cached = look.isLate && random.below(6) === 0 ? cachedAt(disk.names, moments, random.below(found)) : undefined;
  let file: CorrectFile | undefined;
  let size = 0;
  moments.push({ atNs: found, happen: () => (file = (cached ?? disk.names).get(name)) });
  moments.push({ atNs: within(look, found), happen: () => (size = file?.bytes ?? 0) });
  return () => {
    const own = { ...base, kind: recordKinds.stat, name };
    return [file === undefined ? { ...own, outcome: outcomes.error, errno: 2 } : { ...own, size }];
  };
}

/** As of a stat, the file that is asked is the one that was found. */
function attribute(disk: RacingDisk, look: Look, base: JournalRecord): () => JournalRecord[] {
  const { random, moments, names } = look;
  const name = names[random.below(Math.max(1, names.length))] ?? 0;
  const found = within(look, look.startNs);
  const cached = look.isLate && random.below(6) === 0 ? cachedAt(disk.names, moments, random.below(found)) : undefined;
  let file: CorrectFile | undefined;
  let seen = attributeOf(undefined);
  moments.push({ atNs: found, happen: () => (file = (cached ?? disk.names).get(name)) });
  moments.push({ atNs: within(look, found), happen: () => (seen = attributeOf(file)) });
  return () => {
    const own = { ...base, kind: recordKinds.getxattr, name };
    return [file === undefined ? { ...own, outcome: outcomes.error, errno: 2 } : { ...own, ...seen }];
  };
}

/** How a reader records the extended attribute of a file. */
export function attributeOf(
  file: CorrectFile | undefined,
): Pick<JournalRecord, 'content' | 'generation' | 'incarnation'> {
  if (file === undefined || file.attribute === 0) return { content: contents.none, generation: 0, incarnation: 0 };
  return { content: contents.data, generation: file.attribute, incarnation: file.operation };
}

/** How a reader records what is in a chunk. */
export function lookOf(
  stamp: Stamp | undefined,
): Pick<JournalRecord, 'content' | 'generation' | 'incarnation' | 'target'> {
  const { of: incarnation, generation } = stamp ?? { of: 0, generation: 0 };
  const end = stamp?.end;
  // The last bytes in front of an end may be zeros by chance.
  if (generation > 0 && end !== undefined) {
    const target = end < 40 ? 1 + (generation % end) : end - (generation % 7);
    const content = contents.cut;
    return target < 32
      ? { content, generation: 0, incarnation: 0, target }
      : { content, generation, incarnation, target };
  }
  if (generation > 0) return { content: contents.data, generation, incarnation, target: 0 };
  const content = generation < 0 ? contents.unreadable : contents.zeros;
  return { content, generation: 0, incarnation: 0, target: 0 };
}

/** What was there at some moment, filled in when that comes. */
export function cachedAt(
  names: RacingDisk['names'],
  moments: Moment[],
  atNs: number,
): ReadonlyMap<number, CorrectFile> {
  const cached = new Map<number, CorrectFile>();
  moments.push({
    atNs,
    happen() {
      for (const [name, file] of names) cached.set(name, file.snapshot());
    },
  });
  return cached;
}

function list(disk: RacingDisk, look: Look, base: JournalRecord): () => JournalRecord[] {
  const { random, moments } = look;
  const folder = random.below(2);
  const seen: number[] = [];
  const atNs = random.below(look.startNs);
  const cached = look.isLate && random.below(4) === 0 ? cachedAt(disk.names, moments, atNs) : undefined;
  for (const name of racingNames) {
    if (objectOf(name).folder !== folder) continue;
    let version: number | undefined;
    const take = (): void => {
      // What was taken away and put back meanwhile may be there twice; what was there throughout is there once.
      const now = cached === undefined ? (disk.versions.get(name) ?? 0) : 0;
      if ((cached ?? disk.names).has(name) && version !== now) seen.push(name);
      version = now;
    };
    moments.push({ atNs: within(look, look.startNs), happen: take });
    if (random.below(2) === 0) moments.push({ atNs: within(look, look.startNs), happen: take });
  }
  return () => {
    const name = nameOf({ kind: 'folder', folder });
    const own = { ...base, kind: recordKinds.list, name, size: seen.length, count: seen.length };
    const runs = runsOfNames(seen.sort((a, b) => a - b));
    const names = runs.map(({ first, count }): JournalRecord =>
      Object.assign({}, base, { kind: recordKinds.listed, name: first, count }),
    );
    return [own, ...names];
  };
}

function within({ random, endNs }: Look, fromNs: number): number {
  return fromNs + random.below(Math.max(1, endNs - fromNs));
}
