/** The one worker that changes the tree: what it does, what comes back, and what really happens and when. */
import { stressPhase } from '../../src/checks/journal/phases.ts';
import type { Random } from '../../src/model/random.ts';
import { outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { blankRecord } from '../support/blank-record.ts';
import { caseChunkBytes } from './case-history.ts';
import { bytesOf } from '../../src/workloads/tree.ts';
import { CorrectFile } from './correct-file.ts';
import { errnoOf, lateMoments, momentsOf, type Answer, type Effect, type Span } from './racing-effects.ts';
import { lookAt, racingFacts, racingNames, type Drafted, type Moment, type RacingDisk } from './racing-disk.ts';

/** A change that was acknowledged, in true time: what planted violations are measured by. */
export interface OwnerOperation {
  readonly record: JournalRecord;
}

export interface RacingOwnerOptions {
  readonly random: Random;
  readonly moments: Moment[];
  readonly isNetwork: boolean;
  /** Not even the owner's client shows at once what it wrote. */
  readonly isLate: boolean;
  readonly isFaultless: boolean;
}

interface Known {
  readonly file: CorrectFile;
  chunks: number;
  /** Bytes of the last chunk, 0 where it is whole. */
  tail: number;
  isTainted: boolean;
  /** What is lost later is lost after this. */
  safeNs: number;
}

export class RacingOwner {
  readonly disk: RacingDisk = { names: new Map(), versions: new Map() };
  readonly drafts: Drafted[] = [];
  readonly operations: OwnerOperation[] = [];
  endNs = 0;
  readonly #random: Random;
  readonly #options: RacingOwnerOptions;
  readonly #known = new Map<number, Known>();
  readonly #avoided = new Set<number>();
  #sequence = 0;
  #isDead = false;

  constructor(options: RacingOwnerOptions) {
    this.#random = options.random;
    this.#options = options;
  }

  run(): void {
    const steps = 10 + this.#random.below(50);
    for (let step = 0; step < steps && !this.#isDead; step++) this.#step();
    this.endNs += 50_000;
  }

  #step(): void {
    const free = racingNames.filter((name) => !this.#avoided.has(name) && !this.#known.has(name));
    const name = this.#pick([...this.#known.keys()]);
    const empty = this.#pick(free);
    const other = this.#pick([...this.#known.keys()].filter((one) => one !== name));
    const known = name === undefined ? undefined : this.#known.get(name);
    const draw = this.#random.below(30);
    if (draw < 4) this.#look();
    else if (name === undefined || known === undefined || draw === 4) {
      if (empty !== undefined) this.#touch(empty);
    } else if (draw === 5) this.#remove(name);
    else if (draw === 6 && empty !== undefined) this.#rename(recordKinds.rename, { from: name, to: empty });
    else if (draw === 7 && other !== undefined) this.#rename(recordKinds.renameOnto, { from: name, to: other });
    else if (known.isTainted) this.#remove(name);
    else if (draw < 16) this.#write(name, known);
    else if (draw < 18) this.#append(name, known);
    else if (draw < 20) this.#truncate(name, known);
    else if (draw < 22) this.#sync(name, known);
    else if (draw < 25) this.#fallocate(name, known);
    else if (draw < 27) this.#punch(name, known);
    else if (draw < 29) this.#setAttribute(name, known);
    else if (empty !== undefined) this.#copy({ from: name, to: empty, known });
  }

  #look(): void {
    const [startNs, endNs] = this.#time();
    this.#sequence++;
    lookAt(this.disk, {
      random: this.#random,
      moments: this.#options.moments,
      drafts: this.drafts,
      sequence: this.#sequence,
      startNs,
      endNs,
      isLate: this.#options.isLate,
      names: [...this.#known.keys()],
    });
  }

  #touch(name: number): void {
    const file = new CorrectFile(this.#sequence + 1);
    const answer = this.#do(
      { kind: recordKinds.touch, name, incarnation: file.operation },
      {
        happen: () => {
          if (!this.disk.names.has(name)) this.#bind(name, file);
        },
      },
    );
    if (answer === 'ok') this.#known.set(name, { file, chunks: 0, tail: 0, isTainted: false, safeNs: this.endNs });
    else this.#avoided.add(name);
  }

  #remove(name: number): void {
    const answer = this.#do({ kind: recordKinds.delete, name }, { happen: () => this.#bind(name, undefined) });
    this.#known.delete(name);
    if (answer !== 'ok') this.#avoided.add(name);
  }

  #rename(kind: number, { from, to }: { from: number; to: number }): void {
    const known = this.#known.get(from);
    const answer = this.#do(
      { kind, name: from, target: to, incarnation: known?.file.operation ?? 0 },
      {
        happen: () => {
          const moved = this.disk.names.get(from);
          if (moved === undefined) return;
          this.#bind(from, undefined);
          this.#bind(to, moved);
        },
      },
    );
    for (const name of [from, to]) this.#known.delete(name);
    if (answer === 'ok' && known !== undefined) this.#known.set(to, known);
    else for (const name of [from, to]) this.#avoided.add(name);
  }

  #bind(name: number, file: CorrectFile | undefined): void {
    if (file === undefined) this.disk.names.delete(name);
    else this.disk.names.set(name, file);
    this.disk.versions.set(name, (this.disk.versions.get(name) ?? 0) + 1);
  }

  /** The source is read and the copy written piece by piece; what the source lost meanwhile is lost in the copy. */
  #copy({ from, to, known }: { from: number; to: number; known: Known }): void {
    const { file: source, chunks, tail } = known;
    const copy = new CorrectFile(this.#sequence + 1);
    copy.generation = source.generation + 1;
    const appear = {
      happen: (): void => {
        if (!this.disk.names.has(to)) this.#bind(to, copy);
      },
    };
    const pieces = Array.from({ length: chunks }, (_, chunk) => ({
      begin: () => copy.tear(chunk),
      happen: (): void => {
        const stamp = source.stampAt(chunk);
        if (stamp !== undefined) copy.place(chunk, stamp, chunk === chunks - 1 ? tail : 0);
      },
    }));
    const change = { kind: recordKinds.copy, name: from, target: to, incarnation: source.operation };
    const size = bytesOf({ chunks, tail }, caseChunkBytes);
    const answer = this.#do({ ...change, generation: copy.generation, size }, appear, ...pieces);
    if (answer === 'ok') this.#known.set(to, { file: copy, chunks, tail, isTainted: false, safeNs: this.endNs });
    else {
      this.#avoided.add(to);
      this.#distrust(known, answer);
    }
  }

  #write(name: number, known: Known): void {
    this.#put(recordKinds.write, name, {
      known,
      first: this.#random.below(Math.min(known.chunks, racingFacts.maxChunks - 1) + 1),
    });
  }

  #append(name: number, known: Known): void {
    if (known.chunks >= racingFacts.maxChunks) this.#truncate(name, known);
    else this.#put(recordKinds.append, name, { known, first: known.chunks });
  }

  /** Every second one leaves the size as it is. */
  #fallocate(name: number, known: Known): void {
    const { file } = known;
    const first = this.#random.below(Math.min(known.chunks, racingFacts.maxChunks - 1) + 1);
    const count = 1 + this.#random.below(racingFacts.maxChunks - first);
    const generation = ++file.generation;
    const end = this.#chance(2) ? first + count : 0;
    const change = { kind: recordKinds.fallocate, name, incarnation: file.operation, first, count, generation };
    const steps = Array.from({ length: end === 0 ? 0 : count }, (_, at) => ({
      happen: () => file.grow(first + at + 1),
    }));
    const answer = this.#do({ ...change, size: end * caseChunkBytes }, ...steps);
    if (answer === 'ok') lengthen(known, end);
    else this.#distrust(known, answer);
  }

  /** Chunk by chunk; every second one may make the file longer. */
  #punch(name: number, known: Known): void {
    const { file } = known;
    const first = this.#random.below(Math.max(1, known.chunks));
    const count = 1 + this.#random.below(racingFacts.maxChunks - first);
    const generation = ++file.generation;
    const end = this.#chance(2) ? first + count : 0;
    const holes = Array.from({ length: count }, (_, at) => ({
      begin: () => file.tear(first + at),
      happen: () => file.punch(first + at),
    }));
    const change = { kind: recordKinds.punchHole, name, incarnation: file.operation, first, count, generation };
    const answer = this.#do({ ...change, size: end * caseChunkBytes }, ...holes, { happen: () => file.grow(end) });
    if (answer === 'ok') lengthen(known, end);
    else this.#distrust(known, answer);
  }

  /** Every third one removes it. */
  #setAttribute(name: number, { file }: Known): void {
    const operation = this.#chance(3) ? 0 : this.#sequence + 1;
    const change = { kind: recordKinds.setxattr, name, incarnation: file.operation, generation: operation };
    this.#do(change, { happen: () => file.setAttribute(operation) });
  }

  #put(kind: number, name: number, { known, first }: { known: Known; first: number }): void {
    const { file } = known;
    const count = 1 + this.#random.below(racingFacts.maxChunks - first);
    const end = first + count;
    const drawn = this.#tail();
    const tail = end > known.chunks || (end === known.chunks && known.tail > 0 && drawn >= known.tail) ? drawn : 0;
    const generation = ++file.generation;
    const isShort = !this.#options.isFaultless && this.#chance(20);
    const written = isShort ? this.#random.below(count) : count;
    const effects = Array.from({ length: count }, (_, at) => ({
      begin: () => file.tear(first + at),
      happen: () => file.put(first + at, 1, generation, at === count - 1 ? tail : 0),
    }));
    const change = { kind, name, incarnation: file.operation, first, count, generation, target: tail };
    const size = isShort ? written * caseChunkBytes : bytesOf({ chunks: count, tail }, caseChunkBytes);
    const answer = this.#do({ ...change, size }, ...effects.slice(0, written));
    if (end > known.chunks || (end === known.chunks && known.tail > 0)) known.tail = tail;
    known.chunks = Math.max(known.chunks, end);
    if (answer === 'ok' && !isShort) return;
    // The rest of a short one may be written at any later time.
    if (answer === 'ok' && this.#chance(2)) {
      this.#options.moments.push(...lateMoments(this.#random, this.#last, effects.slice(written)));
    }
    this.#distrust(known, answer);
  }

  #truncate(name: number, known: Known): void {
    const { file } = known;
    const chunks = this.#random.below(racingFacts.maxChunks + 1);
    const tail = chunks === 0 ? 0 : this.#tail();
    const generation = ++file.generation;
    const change = { kind: recordKinds.truncate, name, incarnation: file.operation, generation };
    const answer = this.#do(
      { ...change, size: bytesOf({ chunks, tail }, caseChunkBytes) },
      {
        happen: () => file.truncate(chunks, tail),
      },
    );
    known.chunks = chunks;
    known.tail = tail;
    if (answer !== 'ok') this.#distrust(known, answer);
  }

  #sync(name: number, known: Known): void {
    const kind = this.#chance(2) ? recordKinds.fsync : recordKinds.fdatasync;
    const { file } = known;
    const sync = { kind, name, incarnation: file.operation };
    const answer = this.#do(sync);
    if (answer !== 'ok') return this.#distrust(known, answer);
    // Before that moment nothing was lost, or the sync would have told.
    const atNs = this.#last.startNs + this.#random.below(this.#last.endNs - this.#last.startNs);
    this.#options.moments.push({ atNs, happen: () => file.sync() });
    known.safeNs = atNs + 1;
  }

  /** What was acknowledged since the last sync may have been lost with it, and long before anybody said so. */
  #distrust(known: Known, answer: Answer): void {
    known.isTainted = true;
    if (answer !== 'open' || this.#chance(2)) return;
    const { file, safeNs } = known;
    const atNs = safeNs + this.#random.below(Math.max(1, this.endNs - safeNs));
    this.#options.moments.push({ atNs, happen: () => file.lose(this.#random) });
  }

  #last: Span = { startNs: 0, endNs: 0 };

  #do(change: Partial<JournalRecord>, ...effects: readonly Effect[]): Answer {
    const [startNs, endNs] = this.#time();
    this.#last = { startNs, endNs };
    this.#sequence++;
    const draw = this.#options.isFaultless ? 99 : this.#random.below(40);
    const answer: Answer = draw > 3 ? 'ok' : draw === 3 ? 'refused' : 'open';
    const outcome = draw === 0 ? outcomes.pending : answer === 'ok' ? outcomes.ok : outcomes.error;
    this.#options.moments.push(...momentsOf(this.#random, answer, this.#last, effects));
    const { kind = 0 } = change;
    const isError = outcome === outcomes.error;
    const errno = isError ? errnoOf(this.#random, this.#options.isNetwork, { kind, answer }) : 0;
    const size = answer === 'ok' || (kind !== recordKinds.write && kind !== recordKinds.append) ? {} : { size: 0 };
    const record = { ...blankRecord, ...change, ...size, sequence: this.#sequence, outcome, errno, startNs, endNs };
    this.drafts.push({ phase: stressPhase, record, more: [] });
    if (answer === 'ok') this.operations.push({ record });
    // A worker that got no answer does nothing more.
    this.#isDead = outcome === outcomes.pending;
    return answer;
  }

  #time(): readonly [startNs: number, endNs: number] {
    const startNs = this.endNs + 1 + this.#random.below(this.#random.below(60_000) + 1);
    this.endNs = startNs + 100 + this.#random.below(this.#random.below(80_000) + 1);
    return [startNs, this.endNs];
  }

  /** Where a file ends inside a chunk; violations are planted where none does. */
  #tail(): number {
    if (this.#options.isFaultless || this.#chance(2)) return 0;
    return this.#chance(2) ? 1 + this.#random.below(48) : 1 + this.#random.below(caseChunkBytes - 1);
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[this.#random.below(Math.max(1, all.length))];
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }
}

/** To so many whole chunks, where it is shorter. */
function lengthen(known: Known, chunks: number): void {
  if (chunks < known.chunks || chunks === 0) return;
  known.chunks = chunks;
  known.tail = 0;
}
