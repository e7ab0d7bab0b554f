/**
 * Writes one worker's operations into its recorder: names and changes before the operation starts, so that one that
 * never answers still says what it was about, and what a read saw as runs of equal chunks.
 */
import { constants as os } from 'node:os';
import { attributesOfSeen } from '../model/attributes.ts';
import type { Note } from '../model/journal.ts';
import { arenaOf } from '../model/namespace.ts';
import { contents, layout, outcomes, readFlags, recordKinds, type RecordViews } from '../model/record.ts';
import type { ChunkBuffer } from './chunk-buffer.ts';
import { newSeen, setPlain, type Content, type Seen } from './content.ts';
import { evidenceOf, isAnomaly } from './evidence.ts';
import { runsOfNames } from './listing.ts';
import type { FileStats } from './operations.ts';
import type { Recorder } from './workload.ts';

/** The most runs of chunks that one operation records: a reader of more starts another operation. */
export const maxRuns = 8000;

/** Where a read happens, for its records and its evidence. */
export interface ReadPlace {
  readonly owner: number;
  readonly name: number;
  readonly flags: number;
  /** Relative to the run's folder. */
  readonly path: () => string;
}

/** What a file of lines was seen to hold, as fields of a record (recordKinds.lines and noLine). */
export interface LinesSeen {
  readonly kind: number;
  readonly content: number;
  readonly flags: number;
  readonly writer: number;
  readonly first: number;
  readonly count: number;
  readonly position: number;
  readonly bytes: number;
  readonly target: number;
}

export class Trace {
  readonly #recorder: Recorder;
  readonly #views: RecordViews;
  readonly #content: Content;
  readonly #isCut: boolean;
  /** The chunk just looked at, and the run that it may continue. */
  readonly #seen = newSeen();
  readonly #run = newSeen();
  /** Of the operation itself, and of what is being filled: the same until a read sees more than one run. */
  #ownSlot = 0;
  #slot = 0;
  #runs = 0;
  #runFirst = 0;
  #runCount = 0;

  /** `isCut`: files of the workers' own trees may end inside chunks. */
  constructor(recorder: Recorder, content: Content, isCut = false) {
    this.#isCut = isCut;
    this.#recorder = recorder;
    this.#views = recorder.views;
    this.#content = content;
  }

  /** The number that the next operation gets. */
  get nextSequence(): number {
    return this.#recorder.sequence + 1;
  }

  begin(kind: number, owner: number, name: number, flags = 0): void {
    this.#slot = this.#ownSlot = this.#recorder.begin(kind);
    this.#setName(owner, name, flags);
  }

  setTarget(name: number): void {
    this.#views.u32[this.#slot * 16 + layout.target] = name;
  }

  setContent(content: number): void {
    this.#views.u8[this.#slot * 64 + layout.content] = content;
  }

  setIncarnation(creator: number, operation: number): void {
    this.#views.u16[this.#slot * 32 + layout.creator] = creator;
    this.#views.u32[this.#slot * 16 + layout.incarnation] = operation;
  }

  setChange(writer: number, first: number, count: number, generation: number): void {
    const word = this.#slot * 16;
    this.#views.u16[this.#slot * 32 + layout.writer] = writer;
    this.#views.u32[word + layout.first] = first;
    this.#views.u32[word + layout.count] = count;
    this.#views.u32[word + layout.generation] = generation;
  }

  /** Bytes or entries, in the operation's own record. */
  setSize(size: number): void {
    this.#views.f64[this.#ownSlot * 8 + layout.size] = size;
  }

  /** What a stat saw. */
  setStats(stats: FileStats): void {
    const { modified, changed, mode, links, inode } = attributesOfSeen(stats);
    const { u16, u32 } = this.#views;
    const word = this.#ownSlot * 16;
    this.setSize(stats.isFile ? stats.size : 0);
    u32[word + layout.target] = modified.seconds;
    u32[word + layout.first] = modified.nanoseconds;
    u32[word + layout.count] = changed.seconds;
    u32[word + layout.generation] = changed.nanoseconds;
    u16[this.#ownSlot * 32 + layout.creator] = mode;
    u16[this.#ownSlot * 32 + layout.writer] = links;
    u32[word + layout.incarnation] = inode;
  }

  /** The first call of a read returned less than it was asked for. */
  setShort(): void {
    const flags = this.#ownSlot * 64 + layout.flags;
    this.#views.u8[flags] = (this.#views.u8[flags] ?? 0) | readFlags.short;
  }

  /** What a list saw: how many names of ours, then the names themselves, as runs of numbers. */
  setNames(owner: number, names: readonly number[]): void {
    this.#views.u32[this.#ownSlot * 16 + layout.count] = names.length;
    for (const { first, count } of runsOfNames(names).slice(0, maxRuns)) {
      this.#slot = this.#recorder.extend(recordKinds.listed);
      this.#setName(owner, first, 0);
      this.#views.u32[this.#slot * 16 + layout.count] = count;
    }
  }

  /** What a file of lines holds: a record each, as far as one operation can tell. */
  setLines({ owner, name, flags }: Omit<ReadPlace, 'path'>, all: readonly LinesSeen[]): void {
    const { u8, u16, u32 } = this.#views;
    u32[this.#ownSlot * 16 + layout.count] = Math.min(all.length, maxRuns);
    if (all.length > maxRuns) u8[this.#ownSlot * 64 + layout.flags] = flags | readFlags.cut;
    for (const seen of all.slice(0, maxRuns)) {
      this.#slot = this.#recorder.extend(seen.kind);
      this.#setName(owner, name, flags | seen.flags);
      u8[this.#slot * 64 + layout.content] = seen.content;
      u16[this.#slot * 32 + layout.writer] = seen.writer;
      const word = this.#slot * 16;
      u32[word + layout.first] = seen.first;
      u32[word + layout.count] = seen.count;
      u32[word + layout.generation] = seen.bytes;
      u32[word + layout.incarnation] = seen.position;
      u32[word + layout.target] = seen.target;
    }
  }

  mark(): void {
    this.#recorder.mark();
  }

  succeed(bytes = 0): void {
    this.#recorder.end(outcomes.ok, 0, bytes);
  }

  /** A failed system call is data; anything else thrown is a mistake of ours, and goes on. */
  fail(error: unknown, isExpected?: (errno: number) => boolean): void {
    const errno = errnoOf(error);
    this.#recorder.end(outcomes.error, errno, 0, isExpected?.(errno) ?? false);
  }

  /** The phase ended in the middle of a long operation: what it saw is no whole answer. */
  cancel(): void {
    this.#recorder.end(outcomes.error, os.errno.ECANCELED, 0, true);
  }

  /** `first` is where the read was meant to start: a read that brings nothing says so there. */
  beginRead(kind: number, place: ReadPlace, first: number): void {
    this.#slot = this.#ownSlot = this.#recorder.begin(kind);
    this.#setName(place.owner, place.name, place.flags);
    setPlain(this.#run, contents.none);
    this.#views.u32[this.#slot * 16 + layout.first] = first;
    this.#runFirst = first;
    this.#runCount = 0;
    this.#runs = 1;
  }

  get runs(): number {
    return this.#runs;
  }

  /** Looks at `bytes` of the buffer, read from chunk `first` on; what is left over of a chunk is `partial`, where files don't end inside chunks by plan. */
  observe(buffer: ChunkBuffer, bytes: number, first: number, place: ReadPlace): void {
    const { chunkBytes } = this.#content;
    const isCut = this.#isCut && arenaOf(place.owner) === undefined;
    const isWhole = bytes % chunkBytes === 0;
    // What lies beyond the end counts as zeros.
    if (!isWhole && isCut) buffer.bytes.fill(0, bytes, Math.ceil(bytes / chunkBytes) * chunkBytes);
    const whole = isCut ? Math.ceil(bytes / chunkBytes) : Math.floor(bytes / chunkBytes);
    for (let at = 0; at < whole; at++) {
      this.#content.look(buffer, at, first + at, this.#seen, isCut);
      const isNew = this.#add(first + at, place);
      if (isNew && isAnomaly(this.#seen.content)) this.#keepEvidence(buffer, at, first + at, place);
    }
    if (!isWhole && !isCut) {
      setPlain(this.#seen, contents.partial);
      this.#add(first + whole, place);
    }
  }

  endRead(bytes: number): void {
    this.#writeRun();
    this.succeed(bytes);
  }

  /** True when the chunk starts a run. */
  #add(chunk: number, place: ReadPlace): boolean {
    if (this.#runCount > 0 && isSame(this.#seen, this.#run)) {
      this.#runCount++;
      return false;
    }
    if (this.#runCount > 0) {
      this.#writeRun();
      this.#slot = this.#recorder.extend(recordKinds.observe);
      this.#setName(place.owner, place.name, place.flags);
      this.#runs++;
    }
    copySeen(this.#seen, this.#run);
    this.#runFirst = chunk;
    this.#runCount = 1;
    return true;
  }

  #writeRun(): void {
    const { u8, u16, u32 } = this.#views;
    const half = this.#slot * 32;
    const word = this.#slot * 16;
    u8[this.#slot * 64 + layout.content] = this.#run.content;
    u16[half + layout.creator] = this.#run.creator;
    u16[half + layout.writer] = this.#run.writer;
    u32[word + layout.first] = this.#runFirst;
    u32[word + layout.count] = this.#runCount;
    u32[word + layout.generation] = this.#run.generation;
    u32[word + layout.incarnation] = this.#run.incarnation;
    u32[word + layout.target] = this.#run.target;
  }

  #setName(owner: number, name: number, flags: number): void {
    this.#views.u16[this.#slot * 32 + layout.owner] = owner;
    this.#views.u32[this.#slot * 16 + layout.name] = name;
    this.#views.u8[this.#slot * 64 + layout.flags] = flags;
  }

  /** A rare thing that is no operation. */
  note(note: Note): void {
    this.#recorder.note(note);
  }

  #keepEvidence(buffer: ChunkBuffer, at: number, chunk: number, place: ReadPlace): void {
    const sighting = { buffer, place: at, chunk, seen: this.#seen, path: place.path() };
    this.#recorder.note(evidenceOf(this.#content, { ...sighting, sequence: this.#recorder.sequence }));
  }
}

function isSame(a: Seen, b: Seen): boolean {
  return (
    a.content === b.content &&
    a.generation === b.generation &&
    a.incarnation === b.incarnation &&
    a.creator === b.creator &&
    a.writer === b.writer &&
    a.target === b.target
  );
}

function copySeen(from: Seen, to: Seen): void {
  to.content = from.content;
  to.generation = from.generation;
  to.creator = from.creator;
  to.incarnation = from.incarnation;
  to.writer = from.writer;
  to.target = from.target;
}

function errnoOf(error: unknown): number {
  if (error instanceof Error && 'errno' in error && typeof error.errno === 'number') return Math.abs(error.errno);
  throw error;
}
