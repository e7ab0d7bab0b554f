/**
 * A small history as a person writes it: who did what, in which order, and what the disk held when every host read it
 * back. Sequence numbers, times and sizes that matter to nobody are filled in.
 */
import * as z from 'zod';
import { makeHistory, type History } from '../../src/checks/history.ts';
import type { HostEvidence } from '../../src/checks/evidence.ts';
import { stressPhase, verifyPhase } from '../../src/checks/phases.ts';
import { hostClock } from '../../src/model/clock.ts';
import { consistencyOf, isNetworkMount } from '../../src/model/consistency.ts';
import type { Block, BlockBody, Note } from '../../src/model/journal.ts';
import { contents, outcomes, readFlags, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { nameOf, parsePath } from '../../src/model/namespace.ts';
import { encode } from '../support/record-history.ts';

const contentNames = ['none', 'data', 'zeros', 'unreadable', 'badBody', 'foreign', 'misplaced', 'partial'] as const;

/** A run of chunks that a read saw. `of` is the incarnation: the operation that created it, and by which worker if not the owner. */
const runSchema = z.strictObject({
  first: z.number(),
  count: z.number().default(1),
  content: z.enum(contentNames).default('data'),
  of: z.number().default(0),
  creator: z.number().optional(),
  generation: z.number().default(0),
  target: z.number().optional(),
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
  /** On the host's clock; without it, one operation follows the other. */
  startNs: z.number().optional(),
  endNs: z.number().optional(),
});

const fileSchema = z.strictObject({ size: z.number(), runs: z.array(runSchema).default([]) });
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
  hosts: z.array(z.string()).default(['a', 'b']),
  isLocal: z.boolean().default(false),
  /** Hosts whose journals end in the middle. */
  cut: z.array(z.string()).default([]),
  /** Hosts that brought nothing back. */
  missing: z.array(z.string()).default([]),
  operations: z.array(operationSchema),
  /** What every host finds in verify, twice. */
  disk: diskSchema,
  /** What some hosts find instead, in their second scan. */
  seenBy: z.record(z.string(), diskSchema).default({}),
  notes: z.array(z.strictObject({ by: z.string(), note: noteSchema })).default([]),
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

/** One worker a host. */
export function historyOfCase(given: Case): History {
  const scribes = given.hosts.map((_, host) => new Scribe(host));
  for (const operation of given.operations) scribeOf(given, scribes, operation.by).operate(operation);
  for (const [host, scribe] of scribes.entries()) {
    const name = given.hosts[host] ?? '';
    const owners = given.isLocal ? [host] : given.hosts.map((_, owner) => owner);
    scribe.scan(given.disk, 0, owners);
    scribe.scan(given.seenBy[name] ?? given.disk, readFlags.secondScan, owners);
  }
  for (const { by, note } of given.notes) scribeOf(given, scribes, by).note(note);
  const facts = { workers: 1, chunkBytes: caseChunkBytes, maxChunks: 64, isLocal: given.isLocal };
  return makeHistory(
    facts,
    given.hosts.map((name, host) => evidenceOf(given, name, scribes[host])),
  );
}

function scribeOf(given: Case, scribes: readonly Scribe[], by: string): Scribe {
  const scribe = scribes[given.hosts.indexOf(by.replace(/\/0$/, ''))];
  if (scribe === undefined) throw new Error(`no such worker: ${by}`);
  return scribe;
}

function evidenceOf(given: Case, name: string, scribe: Scribe | undefined): HostEvidence {
  const mount = { path: '/', type: given.mount, source: '', options: [] };
  const isCut = given.cut.includes(name);
  return {
    name,
    blocks: given.missing.includes(name) ? [] : (scribe?.blocks(isCut) ?? []),
    isTrusted: true,
    hasVerified: !isCut,
    client: { isNetwork: isNetworkMount(mount), platform: 'linux' },
    consistency: consistencyOf(mount),
    // The same clock on every host, known to within 2 ns.
    clock: hostClock([{ sentNs: 0, hostNs: 1, receivedNs: 2 }]),
  };
}

/** One operation after the other, wherever it happens. */
const tickNs = 10;

class Scribe {
  readonly #host: number;
  readonly #records: { readonly phase: number; readonly record: JournalRecord }[] = [];
  readonly #notes: Note[] = [];
  #sequence = 0;
  #nowNs = 1_000;

  constructor(host: number) {
    this.#host = host;
  }

  operate(operation: Operation): void {
    const { kind, file, to, outcome, errno, first, count, generation, of: incarnation, saw } = operation;
    const { owner, name } = objectAt(file);
    const base = this.#next({ kind: recordKinds[kind], owner, name });
    const asked = kind === 'write' || kind === 'append' ? count * caseChunkBytes : 0;
    const own = {
      ...base,
      outcome: outcomes[outcome],
      errno,
      first,
      count,
      generation,
      creator: owner,
      writer: this.#host,
      incarnation: kind === 'touch' ? base.sequence : incarnation,
      target: to === undefined ? 0 : objectAt(to).name,
      size: operation.size ?? asked,
      startNs: operation.startNs ?? base.startNs,
      endNs: operation.endNs ?? base.endNs,
    };
    const [run, ...more] = saw;
    this.#add(stressPhase, run === undefined ? own : seen(own, run));
    for (const next of more) this.#add(stressPhase, seen({ ...own, kind: recordKinds.observe }, next));
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
          size: files.length,
        });
        for (const [path, { size, runs }] of files) this.#scanFile(path, { size, runs }, flags);
      }
    }
  }

  note(note: Note): void {
    this.#notes.push(note);
  }

  blocks(isCut: boolean): readonly Block[] {
    const header = { number: 0, host: this.#host, worker: this.#host, runTag: 1, boot: [0, 0] as const, writtenNs: 0 };
    const bodies: (BlockBody & { readonly phase: number })[] = [stressPhase, verifyPhase].map((phase) => ({
      type: 'records',
      phase,
      records: encode(this.#records.filter((entry) => entry.phase === phase).map(({ record }) => record)),
    }));
    for (const note of this.#notes) bodies.push({ type: 'note', phase: verifyPhase, note });
    if (!isCut) bodies.push({ type: 'end', phase: verifyPhase });
    return bodies.map((body): Block => Object.assign(body, header));
  }

  #scanFile(path: string, { size, runs }: z.infer<typeof fileSchema>, flags: number): void {
    const { owner, name } = objectAt(path);
    this.#add(verifyPhase, { ...this.#next({ kind: recordKinds.scanEntry, owner, name }), flags, size });
    if (name % 0x10000 >= 0x8000) return;
    const read = { ...this.#next({ kind: recordKinds.scanRead, owner, name }), flags, size };
    const [run, ...more] = runs;
    this.#add(verifyPhase, run === undefined ? read : seen(read, run));
    for (const next of more) this.#add(verifyPhase, seen({ ...read, kind: recordKinds.observe }, next));
  }

  #next(object: { readonly kind: number; readonly owner: number; readonly name: number }): JournalRecord {
    this.#sequence++;
    this.#nowNs += tickNs;
    return {
      ...blank,
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

const blank: JournalRecord = {
  kind: 0,
  outcome: 0,
  errno: 0,
  sequence: 0,
  owner: 0,
  content: 0,
  flags: 0,
  name: 0,
  target: 0,
  first: 0,
  count: 0,
  generation: 0,
  creator: 0,
  writer: 0,
  incarnation: 0,
  startNs: 0,
  endNs: 0,
  size: 0,
};

function seen(record: JournalRecord, run: Run): JournalRecord {
  const creator = run.creator ?? record.owner;
  // Where a body doesn't fit its stamp, the stamp is of the chunk itself unless said otherwise.
  const target = run.target ?? (run.content === 'badBody' ? run.first : 0);
  const { first, count, generation, of: incarnation } = run;
  return {
    ...record,
    content: contents[run.content],
    first,
    count,
    generation,
    creator,
    writer: creator,
    incarnation,
    target,
  };
}

function objectAt(path: string): { readonly owner: number; readonly name: number } {
  const object = parsePath(path);
  if (object === undefined) throw new Error(`no tree holds ${path}`);
  return object;
}
