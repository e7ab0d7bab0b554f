/** The one worker that changes the tree: what it does, what comes back, and what really happens and when. */
import { stressPhase } from '../../src/checks/phases.ts';
import type { Random } from '../../src/model/random.ts';
import { outcomes, recordKinds, type JournalRecord } from '../../src/model/record.ts';
import { blankRecord, caseChunkBytes } from './case-history.ts';
import {
  lookAt,
  racingFacts,
  racingNames,
  type Drafted,
  type Moment,
  type RacingDisk,
  type RacingFile,
} from './racing-disk.ts';

/** A change that was acknowledged, in true time: what planted violations are measured by. */
export interface OwnerOperation {
  readonly record: JournalRecord;
}

interface Known {
  readonly file: RacingFile;
  chunks: number;
  isTainted: boolean;
}

export class RacingOwner {
  readonly disk: RacingDisk = { names: new Map(), versions: new Map() };
  readonly drafts: Drafted[] = [];
  readonly operations: OwnerOperation[] = [];
  endNs = 0;
  readonly #random: Random;
  readonly #moments: Moment[];
  readonly #isFaultless: boolean;
  readonly #known = new Map<number, Known>();
  readonly #avoided = new Set<number>();
  #sequence = 0;
  #isDead = false;

  constructor(options: { random: Random; moments: Moment[]; isFaultless: boolean }) {
    this.#random = options.random;
    this.#moments = options.moments;
    this.#isFaultless = options.isFaultless;
  }

  run(): void {
    const steps = 10 + this.#random.below(50);
    for (let step = 0; step < steps && !this.#isDead; step++) this.#step();
    this.endNs += 50_000;
  }

  #step(): void {
    const random = this.#random;
    const free = racingNames.filter((name) => !this.#avoided.has(name) && !this.#known.has(name));
    const taken = [...this.#known.keys()];
    const name = taken[random.below(Math.max(1, taken.length))];
    const empty = free[random.below(Math.max(1, free.length))];
    const draw = random.below(14);
    if (draw < 4) this.#look();
    else if (name === undefined || draw === 4) {
      if (empty !== undefined) this.#touch(empty);
    } else if (this.#known.get(name)?.isTainted === true || draw === 5) this.#remove(name);
    else if (draw < 11) this.#write(name);
    else if (draw < 13) this.#truncate(name);
    else if (empty !== undefined) this.#rename(name, empty);
  }

  #look(): void {
    const [startNs, endNs] = this.#time();
    this.#sequence++;
    lookAt(this.disk, {
      random: this.#random,
      moments: this.#moments,
      drafts: this.drafts,
      sequence: this.#sequence,
      startNs,
      endNs,
      names: [...this.#known.keys()],
    });
  }

  #touch(name: number): void {
    const file: RacingFile = { operation: this.#sequence + 1, generations: [], generation: 0 };
    const isDone = this.#do({ kind: recordKinds.touch, name, incarnation: file.operation }, () => {
      if (!this.disk.names.has(name)) this.#bind(name, file);
    });
    if (isDone) this.#known.set(name, { file, chunks: 0, isTainted: false });
    else this.#avoided.add(name);
  }

  #remove(name: number): void {
    const isDone = this.#do({ kind: recordKinds.delete, name }, () => this.#bind(name, undefined));
    this.#known.delete(name);
    if (!isDone) this.#avoided.add(name);
  }

  #rename(from: number, to: number): void {
    const known = this.#known.get(from);
    const isDone = this.#do({ kind: recordKinds.rename, name: from, target: to }, () => {
      const moved = this.disk.names.get(from);
      if (moved === undefined) return;
      this.#bind(from, undefined);
      this.#bind(to, moved);
    });
    this.#known.delete(from);
    if (isDone && known !== undefined) this.#known.set(to, known);
    else for (const name of [from, to]) this.#avoided.add(name);
  }

  #bind(name: number, file: RacingFile | undefined): void {
    if (file === undefined) this.disk.names.delete(name);
    else this.disk.names.set(name, file);
    this.disk.versions.set(name, (this.disk.versions.get(name) ?? 0) + 1);
  }

  #write(name: number): void {
    const known = this.#known.get(name);
    if (known === undefined) return;
    const { file } = known;
    const first = this.#random.below(Math.min(known.chunks, racingFacts.maxChunks - 1) + 1);
    const count = 1 + this.#random.below(racingFacts.maxChunks - first);
    const generation = ++file.generation;
    const put = (chunk: number) => (): void => {
      while (file.generations.length < chunk) file.generations.push(0);
      file.generations[chunk] = generation;
    };
    const change = { kind: recordKinds.write, name, incarnation: file.operation, first, count, generation };
    const effects = Array.from({ length: count }, (_, at) => put(first + at));
    const isDone = this.#do({ ...change, size: count * caseChunkBytes }, ...effects);
    if (isDone) known.chunks = Math.max(known.chunks, first + count);
    else {
      known.isTainted = true;
      // What was acknowledged before may have been lost with it, and long before anybody said so.
      const earlier = [...this.#moments].filter(({ atNs }) => atNs < this.endNs);
      const atNs = earlier[this.#random.below(Math.max(1, earlier.length))]?.atNs ?? this.endNs;
      this.#moments.push({ atNs, happen: () => file.generations.forEach((_, at) => this.#maybeRevert(file, at)) });
    }
  }

  #maybeRevert(file: RacingFile, chunk: number): void {
    const generation = file.generations[chunk] ?? 0;
    if (this.#isErrorLast && generation > 1 && this.#chance(2)) file.generations[chunk] = 1;
  }

  #truncate(name: number): void {
    const known = this.#known.get(name);
    if (known === undefined) return;
    const { file } = known;
    const chunks = this.#random.below(racingFacts.maxChunks + 1);
    const generation = ++file.generation;
    const change = { kind: recordKinds.truncate, name, incarnation: file.operation, generation };
    const isDone = this.#do({ ...change, size: chunks * caseChunkBytes }, () => {
      file.generations.length = Math.min(file.generations.length, chunks);
      while (file.generations.length < chunks) file.generations.push(0);
    });
    if (isDone) known.chunks = chunks;
    else known.isTainted = true;
  }

  /** An error, not a silence: only it may have taken earlier writes with it. */
  #isErrorLast = false;

  /** Effects happen in their operation; of one without a good answer perhaps later, in part, or never. */
  #do(change: Partial<JournalRecord>, ...effects: readonly (() => void)[]): boolean {
    const [startNs, endNs] = this.#time();
    this.#sequence++;
    const draw = this.#isFaultless ? 99 : this.#random.below(40);
    const outcome = draw === 0 ? outcomes.pending : draw < 3 ? outcomes.error : outcomes.ok;
    const isDone = outcome === outcomes.ok;
    const untilNs = isDone || this.#chance(2) ? endNs : endNs + 400_000;
    const kept = isDone || this.#chance(2) ? effects : effects.filter(() => this.#chance(2));
    for (const happen of kept) {
      this.#moments.push({ atNs: startNs + this.#random.below(untilNs - startNs), happen });
    }
    const errno = outcome === outcomes.error ? 5 : 0;
    const size = isDone || change.kind === recordKinds.truncate ? {} : { size: 0 };
    const record = { ...blankRecord, ...change, ...size, sequence: this.#sequence, outcome, errno, startNs, endNs };
    this.drafts.push({ phase: stressPhase, record, more: [] });
    if (isDone) this.operations.push({ record });
    this.#isErrorLast = outcome === outcomes.error;
    // A worker that got no answer does nothing more.
    this.#isDead = outcome === outcomes.pending;
    return isDone;
  }

  #time(): readonly [startNs: number, endNs: number] {
    const startNs = this.endNs + 1 + this.#random.below(this.#random.below(60_000) + 1);
    this.endNs = startNs + 100 + this.#random.below(this.#random.below(80_000) + 1);
    return [startNs, this.endNs];
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }
}
