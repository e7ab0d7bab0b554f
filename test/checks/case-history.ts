/**
 * A small history as a person writes it: who did what, in which order, and what the disk held when every host read it
 * back. Sequence numbers, times and sizes that matter to nobody are filled in.
 */
import * as z from 'zod';
import { makeHistory, type History } from '../../src/checks/history.ts';
import type { HostEvidence } from '../../src/checks/journal/evidence.ts';
import { stressPhase, verifyPhase } from '../../src/checks/journal/phases.ts';
import { attributesOfSeen } from '../../src/model/attributes.ts';
import { crc32 } from '../../src/model/checksum.ts';
import { brokenClock, type HostClock } from '../../src/model/clock.ts';
import {
  consistencyOf,
  forgetsAttributes,
  isNetworkMount,
  lockReachesOf,
  reopenMsOf,
  settleMsOf,
} from '../../src/model/consistency.ts';
import { durabilityOf } from '../../src/model/durability.ts';
import { lockFlags } from '../../src/model/locks.ts';
import type { Block, BlockBody, Note } from '../../src/model/journal.ts';
import { contents, outcomes, readFlags, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { arenaOf, arenas, nameOf, ownerOfArena, parsePath } from '../../src/model/namespace.ts';
import { runsOfNames } from '../../src/workloads/listing.ts';
import { encode } from '../support/record-history.ts';
import { blankRecord } from '../support/blank-record.ts';

const contentNames = ['none', 'data', 'zeros', 'unreadable', 'badBody', 'foreign', 'misplaced', 'partial'] as const;

/** A run of chunks that a read saw. `of` is the incarnation: the operation that created it, and by which worker if not the owner. */
const runSchema = z.strictObject({
  first: z.number(),
  count: z.number().default(1),
  content: z.enum(contentNames).default('data'),
  of: z.number().default(0),
  creator: z.number().optional(),
  /** Who wrote it, if not who created the file: a chunk of the arena `shared`, whose incarnation is the file. */
  writer: z.string().optional(),
  generation: z.number().default(0),
  target: z.number().optional(),
});

/** What a look sees of a file beside its size. Times are seconds. */
const statsSchema = z.strictObject({
  modified: z.number().default(1_700_000_000),
  changed: z.number().default(1_700_000_000),
  mode: z.string().default('644'),
  links: z.number().default(1),
  inode: z.number().default(77),
});

const operationSchema = z.strictObject({
  /** `a/0` */
  by: z.string(),
  kind: z.custom<keyof typeof recordKinds>((kind) => typeof kind === 'string' && kind in recordKinds),
  file: z.string(),
  to: z.string().optional(),
  outcome: z.enum(['pending', 'ok', 'error']).default('ok'),
  errno: z.number().default(0),
  first: z.number().default(0),
  count: z.number().default(0),
  generation: z.number().default(0),
  of: z.number().default(0),
  /** Written or new size, where it isn't what was asked. */
  size: z.number().optional(),
  /** What a read saw. */
  saw: z.array(runSchema).default([]),
  /** The first call of a read returned less than it was asked for. */
  isShort: z.boolean().default(false),
  stats: statsSchema.optional(),
  /** What chmod set. */
  mode: z.string().optional(),
  /** Of a lock. */
  isShared: z.boolean().default(false),
  isLastTry: z.boolean().default(false),
  isInVerify: z.boolean().default(false),
  /** What a list saw, in any order. */
  names: z.array(z.string()).default([]),
  /** On the host's clock; without it, one operation follows the other. */
  startNs: z.number().optional(),
  endNs: z.number().optional(),
});

/** Lines of one worker, or (with `bad`) bytes that are none; a file of the arena `append` holds them. */
const linesSchema = z.strictObject({
  by: z.string().optional(),
  first: z.number().default(0),
  count: z.number().default(1),
  at: z.number().default(0),
  bad: z.enum(contentNames).optional(),
  isCovered: z.boolean().default(false),
});

const fileSchema = z.strictObject({
  size: z.number(),
  lines: z.array(linesSchema).default([]),
  runs: z.array(runSchema).default([]),
  /** How often its folder's listing has it. */
  listed: z.number().default(1),
  stats: statsSchema.optional(),
  /** What a look at its extended attribute sees; without it nobody looks. */
  xattr: runSchema.optional(),
  /** It is listed, and nothing is there. */
  isGone: z.boolean().default(false),
});
type DiskFile = z.infer<typeof fileSchema>;
const diskSchema = z.record(z.string(), fileSchema);

const noteSchema = z.union([
  z.strictObject({
    kind: z.literal('entry'),
    path: z.string(),
    size: z.number(),
    type: z.enum(['file', 'folder', 'other']),
  }),
  z.strictObject({
    kind: z.literal('evidence'),
    sequence: z.number(),
    path: z.string(),
    chunk: z.number(),
    offset: z.number(),
    expected: z.string(),
    found: z.string(),
    aroundHex: z.string(),
  }),
]);

export const caseSchema = z.strictObject({
  about: z.string(),
  mount: z.string().default('ext4'),
  mountOptions: z.array(z.string()).default([]),
  hosts: z.array(z.string()).default(['a', 'b']),
  /** A host. The first of each reads everything back. */
  workers: z.number().default(1),
  isLocal: z.boolean().default(false),
  /** What came between stress and verify. */
  between: z.enum(['crash', 'command']).optional(),
  /** What the plan says of the workload. */
  isSynchronous: z.boolean().default(false),
  isSynced: z.boolean().default(false),
  /** Hosts whose journals end in the middle. */
  cut: z.array(z.string()).default([]),
  /** Hosts that brought nothing back. */
  missing: z.array(z.string()).default([]),
  /** Hosts whose clock is ahead of the controller's, and those of which no ping says anything (null). */
  clocks: z.record(z.string(), z.union([z.number(), z.null()])).default({}),
  operations: z.array(operationSchema),
  /** What every host finds in verify, twice. */
  disk: diskSchema,
  /** What some hosts find instead, in their second scan. */
  seenBy: z.record(z.string(), diskSchema).default({}),
  /** And in their first. */
  seenFirstBy: z.record(z.string(), diskSchema).default({}),
  notes: z.array(z.strictObject({ by: z.string(), note: noteSchema })).default([]),
  /** What the plan allows: an operation, and a host's errors. */
  limits: z.strictObject({ hungMs: z.number(), errorShare: z.number() }).default({ hungMs: 60_000, errorShare: 0.05 }),
  /** When every journal was written, on its host's clock. */
  writtenNs: z.number().default(0),
  /** By host: what its last heartbeat said is longest in flight, what its agent counted, how it went away. */
  oldest: z
    .record(
      z.string(),
      z.strictObject({ worker: z.number(), operation: z.string(), file: z.string(), ageMs: z.number() }),
    )
    .default({}),
  counted: z.record(z.string(), z.strictObject({ operations: z.number(), errors: z.number() })).default({}),
  gone: z.record(z.string(), z.string()).default({}),
  expect: z.array(
    z.strictObject({
      code: z.string(),
      file: z.string(),
      offset: z.number().optional(),
      grade: z.string().default('proven'),
    }),
  ),
});
export type Case = z.infer<typeof caseSchema>;
type Run = z.infer<typeof runSchema>;
type Operation = z.infer<typeof operationSchema>;

export const caseChunkBytes = 1024;

export function historyOfCase(given: Case): History {
  const { workers } = given;
  const scribes = given.hosts.flatMap((_, host) =>
    Array.from({ length: workers }, (_, at) => new Scribe(host, host * workers + at)),
  );
  for (const operation of given.operations) scribeOf(given, scribes, operation.by).operate(operation);
  for (const [host, name] of given.hosts.entries()) {
    const scribe = scribes[host * workers];
    const trees = scribes.map((_, owner) => owner).filter((owner) => !given.isLocal || owner === host * workers);
    const owners = [...trees, ...arenas.map((arena) => ownerOfArena(arena))];
    scribe?.scan(given.seenFirstBy[name] ?? given.disk, 0, owners);
    scribe?.scan(given.seenBy[name] ?? given.disk, readFlags.secondScan, owners);
  }
  for (const { by, note } of given.notes) scribeOf(given, scribes, by).note(note);
  const { isLocal, between, isSynchronous, isSynced, limits } = given;
  const plan = { isLocal, between, isSynchronous, isSynced, limits };
  const facts = { workers, chunkBytes: caseChunkBytes, maxChunks: 64, ...plan };
  return makeHistory(
    facts,
    given.hosts.map((name, host) => evidenceOf(given, name, scribes.slice(host * workers, (host + 1) * workers))),
  );
}

function scribeOf(given: Case, scribes: readonly Scribe[], by: string): Scribe {
  const [host = '', worker = '0'] = by.split('/');
  const scribe = scribes[given.hosts.indexOf(host) * given.workers + Number(worker)];
  if (scribe === undefined) throw new Error(`no such worker: ${by}`);
  return scribe;
}

function evidenceOf(given: Case, name: string, scribes: readonly Scribe[]): HostEvidence {
  const mount = { path: '/', type: given.mount, source: '', options: given.mountOptions };
  const isCut = given.cut.includes(name);
  return {
    name,
    blocks: given.missing.includes(name) ? [] : scribes.flatMap((scribe) => scribe.blocks(given, isCut)),
    isTrusted: true,
    hasVerified: !isCut,
    client: { isNetwork: isNetworkMount(mount), platform: 'linux' },
    consistency: consistencyOf(mount),
    forgetsAttributes: forgetsAttributes(mount),
    reopenMs: reopenMsOf(mount),
    settleMs: settleMsOf(mount),
    locks: lockReachesOf(mount),
    durability: durabilityOf(mount),
    clock: clockOf(given.clocks[name]),
    ...beatOf(given.oldest[name]),
    ...(given.counted[name] === undefined ? {} : { stress: given.counted[name] }),
    ...(given.gone[name] === undefined ? {} : { gone: given.gone[name] }),
  };
}

function beatOf(oldest: Case['oldest'][string] | undefined): Pick<HostEvidence, 'heartbeats'> {
  if (oldest === undefined) return {};
  const idle = { operations: 0, errors: 0, bytes: 0, cpuSeconds: 0, rssBytes: 0, loadAverage: 0 };
  return { heartbeats: [{ atNs: 0, ...idle, oldest }] };
}

function flagsOf({ kind, isShort, isShared, isLastTry }: Operation): number {
  if (kind !== 'lock') return isShort ? readFlags.short : 0;
  return (isShared ? lockFlags.isShared : 0) + (isLastTry ? lockFlags.isLastTry : 0);
}

/** The same clock on every host unless said otherwise, known to within 2 ns. */
function clockOf(aheadNs: number | null = 0): HostClock {
  const clock = { ...brokenClock, isRising: true };
  if (aheadNs === null) return clock;
  return {
    ...clock,
    toController: (hostNs) => ({ low: hostNs - aheadNs - 1, high: hostNs - aheadNs + 1 }),
    boundsOf: (times, at) => Float64Array.from([-1, 1], (side) => (times[at] ?? NaN) - aheadNs + side),
    bound: { bestNs: 2, worstNs: 2 },
  };
}

/** One operation after the other, wherever it happens. */
const tickNs = 10;

class Scribe {
  readonly #host: number;
  readonly #worker: number;
  readonly #records: { readonly phase: number; readonly record: JournalRecord }[] = [];
  readonly #notes: Note[] = [];
  #sequence = 0;
  #nowNs = 1_000;

  constructor(host: number, worker: number) {
    this.#host = host;
    this.#worker = worker;
  }

  operate(operation: Operation): void {
    const { kind, file, to, outcome, errno, first, count, generation, of: incarnation, saw } = operation;
    const { owner, name } = objectAt(file);
    const base = this.#next({ kind: recordKinds[kind], owner, name });
    const asked = askedBytes(kind, count);
    const own = {
      ...base,
      outcome: outcomes[outcome],
      errno,
      first,
      count,
      generation: operation.mode === undefined ? generation : Number.parseInt(operation.mode, 8),
      creator: owner,
      writer: this.#worker,
      incarnation: kind === 'touch' ? base.sequence : incarnation,
      target: to === undefined ? 0 : objectAt(to).name,
      size: operation.size ?? asked,
      flags: flagsOf(operation),
      startNs: operation.startNs ?? base.startNs,
      endNs: operation.endNs ?? Math.max(base.endNs, operation.startNs ?? 0),
      ...statsOf(operation.stats),
    };
    // A worker does one thing after another.
    this.#nowNs = Math.max(this.#nowNs, own.startNs, own.endNs);
    const [run, ...more] = saw;
    if (kind === 'list') return this.#list(own, operation.names);
    this.#add(operation.isInVerify ? verifyPhase : stressPhase, run === undefined ? own : seen(own, run));
    for (const next of more) this.#add(stressPhase, seen({ ...own, kind: recordKinds.observe }, next));
  }

  #list(own: JournalRecord, names: readonly string[]): void {
    const numbers = names.map((path) => objectAt(path).name).sort((a, b) => a - b);
    this.#add(stressPhase, { ...own, size: names.length, count: names.length });
    for (const { first, count } of runsOfNames(numbers)) {
      this.#add(stressPhase, { ...own, kind: recordKinds.listed, name: first, count });
    }
  }

  scan(disk: z.infer<typeof diskSchema>, flags: number, owners: readonly number[]): void {
    for (const owner of owners) {
      for (let folder = 0; folder < 8; folder++) {
        const files = Object.entries(disk).filter(([path]) => {
          const object = objectAt(path);
          return object.owner === owner && Math.floor(object.name / 0x10000) === folder;
        });
        const name = nameOf({ kind: 'folder', folder });
        this.#add(verifyPhase, {
          ...this.#next({ kind: recordKinds.scanList, owner, name }),
          flags,
          size: files.reduce((sum, [, { listed }]) => sum + listed, 0),
        });
        for (const [path, file] of files) {
          for (let time = 0; time < file.listed; time++) this.#scanFile(path, file, flags);
        }
      }
    }
  }

  note(note: Note): void {
    this.#notes.push(note);
  }

  blocks({ writtenNs }: Case, isCut: boolean): readonly Block[] {
    const header = { number: 0, host: this.#host, worker: this.#worker, runTag: 1, boot: [0, 0] as const, writtenNs };
    const bodies: (BlockBody & { readonly phase: number })[] = [stressPhase, verifyPhase].map((phase) => ({
      type: 'records',
      phase,
      records: encode(this.#records.filter((entry) => entry.phase === phase).map(({ record }) => record)),
    }));
    for (const note of this.#notes) bodies.push({ type: 'note', phase: verifyPhase, note });
    if (!isCut) bodies.push({ type: 'end', phase: verifyPhase });
    return bodies.map((body): Block => Object.assign(body, header));
  }

  #scanFile(path: string, file: DiskFile, flags: number): void {
    const { size, runs, isGone, stats, xattr } = file;
    const { owner, name } = objectAt(path);
    const answer = isGone ? { outcome: outcomes.error, errno: 2 } : { size, ...statsOf(stats) };
    this.#add(verifyPhase, { ...this.#next({ kind: recordKinds.scanEntry, owner, name }), flags, ...answer });
    if (isGone || name % 0x10000 >= 0x8000) return;
    if (xattr !== undefined) {
      const look = { ...this.#next({ kind: recordKinds.getxattr, owner, name }), flags };
      this.#add(verifyPhase, seen(look, xattr));
    }
    if (arenaOf(owner) === 'append') return this.#scanLines({ owner, name }, file, flags | readFlags.inDetail);
    const read = { ...this.#next({ kind: recordKinds.scanRead, owner, name }), flags, size };
    const [run, ...more] = runs;
    this.#add(verifyPhase, run === undefined ? read : seen(read, run));
    for (const next of more) this.#add(verifyPhase, seen({ ...read, kind: recordKinds.observe }, next));
  }

  #scanLines(
    object: { readonly owner: number; readonly name: number },
    { size, lines }: DiskFile,
    flags: number,
  ): void {
    const own = { ...this.#next({ kind: recordKinds.scanLines, ...object }), flags, size };
    this.#add(verifyPhase, { ...own, count: lines.length, target: crc32(Buffer.from(JSON.stringify(lines))) });
    for (const { by = 'a', first, count, at, bad, isCovered } of lines) {
      const writer = by.charCodeAt(0) - 'a'.charCodeAt(0);
      const kind = bad === undefined ? recordKinds.lines : recordKinds.noLine;
      const content = contents[bad ?? 'none'];
      const coverFlag = isCovered ? readFlags.covered : 0;
      this.#add(verifyPhase, {
        ...own,
        kind,
        content,
        flags: flags | coverFlag,
        writer,
        first,
        count,
        incarnation: at,
      });
    }
  }

  #next(object: { readonly kind: number; readonly owner: number; readonly name: number }): JournalRecord {
    this.#sequence++;
    this.#nowNs += tickNs;
    return {
      ...blankRecord,
      ...object,
      outcome: outcomes.ok,
      sequence: this.#sequence,
      startNs: this.#nowNs,
      endNs: this.#nowNs + tickNs / 2,
    };
  }

  #add(phase: number, record: JournalRecord): void {
    this.#records.push({ phase, record });
  }
}

function askedBytes(kind: Operation['kind'], count: number): number {
  if (kind === 'addLine') return count;
  return kind === 'write' || kind === 'append' ? count * caseChunkBytes : 0;
}

function statsOf(stats: z.infer<typeof statsSchema> | undefined): Partial<JournalRecord> {
  if (stats === undefined) return {};
  const { modified, changed, mode, links, inode } = stats;
  const seen = attributesOfSeen({
    modifiedMs: modified * 1000,
    changedMs: changed * 1000,
    mode: Number.parseInt(mode, 8),
    links,
    inode,
  });
  return {
    target: seen.modified.seconds,
    first: seen.modified.nanoseconds,
    count: seen.changed.seconds,
    generation: seen.changed.nanoseconds,
    creator: seen.mode,
    writer: seen.links,
    incarnation: seen.inode,
  };
}

function seen(record: JournalRecord, run: Run): JournalRecord {
  const creator = run.creator ?? record.owner;
  // Where a body doesn't fit its stamp, the stamp is of the chunk itself unless said otherwise.
  const target = run.target ?? (run.content === 'badBody' ? run.first : 0);
  const { first, count, generation } = run;
  const incarnation = run.writer !== undefined && run.of === 0 ? record.name : run.of;
  return {
    ...record,
    content: contents[run.content],
    first,
    count,
    generation,
    creator,
    writer: run.writer === undefined ? creator : run.writer.charCodeAt(0) - 'a'.charCodeAt(0),
    incarnation,
    target,
  };
}

function objectAt(path: string): { readonly owner: number; readonly name: number } {
  const object = parsePath(path);
  if (object === undefined) throw new Error(`no tree holds ${path}`);
  return object;
}
