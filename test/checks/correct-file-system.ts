/**
 * A file system that keeps every promise, under one worker and a reader on another host: answers get lost, errors leave it
 * open what happened, late effects arrive at the end, reads race with writes, journals are cut. Whatever comes out of
 * here, no check may object to.
 */
import { randomOf, type Random } from '../../src/model/random.ts';
import { pathOf, nameOf } from '../../src/model/namespace.ts';
import { caseChunkBytes, caseSchema, type Case } from './case-history.ts';

interface File {
  readonly operation: number;
  /** By chunk; 0: zeros, negative: torn. */
  generations: number[];
  generation: number;
  /** Of the last chunk, where a short write left the end inside it. */
  isPartial: boolean;
}

type Change = (disk: Map<string, File>) => void;
type Drafted = Record<string, unknown>;

const names = Array.from({ length: 5 }, (_, index) => pathOf(0, nameOf({ kind: 'file', folder: index % 2, index })));
const maxChunks = 12;

export function correctCase(seed: number): Case {
  return new Simulation(randomOf(seed)).run();
}

class Simulation {
  readonly #random: Random;
  readonly #disk = new Map<string, File>();
  /** What the worker believes: the file of each name. A name whose state it can't know is avoided. */
  readonly #known = new Map<string, File>();
  readonly #avoided = new Set<string>();
  readonly #late: Change[] = [];
  readonly #operations: Drafted[] = [];
  readonly #isNetwork: boolean;
  #sequence = 0;
  #nowNs = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#isNetwork = random.below(2) === 0;
  }

  run(): Case {
    const steps = 5 + this.#random.below(60);
    for (let step = 0; step < steps; step++) {
      this.#nowNs += 100;
      if (this.#random.below(3) === 0) this.#read();
      else this.#change();
    }
    for (const change of this.#late) if (this.#chance(2)) change(this.#disk);
    const isCut = this.#chance(4);
    const kept = isCut ? this.#withoutTail() : this.#operations;
    return caseSchema.parse({
      about: 'correct',
      mount: this.#isNetwork ? 'nfs4' : 'ext4',
      cut: isCut ? ['a'] : [],
      operations: kept,
      disk: Object.fromEntries(
        [...this.#disk].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, file]) => [name, onDisk(file)]),
      ),
      expect: [],
    });
  }

  /** The last operations of the worker, as if they had never been written down. */
  #withoutTail(): Drafted[] {
    const lost = this.#random.below(8);
    let left = this.#operations.filter(({ by }) => by === 'a/0').length - lost;
    return this.#operations.filter(({ by }) => by !== 'a/0' || left-- > 0);
  }

  #change(): void {
    const free = names.filter((name) => !this.#avoided.has(name) && !this.#known.has(name));
    const taken = [...this.#known.keys()].filter((name) => !this.#avoided.has(name));
    const file = taken[this.#random.below(Math.max(1, taken.length))];
    const empty = free[this.#random.below(Math.max(1, free.length))];
    const draw = this.#random.below(10);
    if (file === undefined || draw < 2) {
      if (empty !== undefined) this.#touch(empty);
    } else if (draw < 6) this.#write(file);
    else if (draw < 8) this.#truncate(file);
    else if (draw === 8 && empty !== undefined) this.#rename(file, empty);
    else this.#remove(file);
  }

  #touch(name: string): void {
    const operation = this.#sequence + 1;
    const file: File = { operation, generations: [], generation: 0, isPartial: false };
    const outcome = this.#do({ kind: 'touch', file: name }, (disk) => {
      if (!disk.has(name)) disk.set(name, file);
    });
    if (outcome === 'ok') this.#known.set(name, file);
    else this.#avoided.add(name);
  }

  #remove(name: string): void {
    const outcome = this.#do({ kind: 'delete', file: name }, (disk) => disk.delete(name));
    this.#known.delete(name);
    if (outcome !== 'ok') this.#avoided.add(name);
  }

  #rename(from: string, to: string): void {
    const outcome = this.#do({ kind: 'rename', file: from, to }, (disk) => {
      const moved = disk.get(from);
      if (moved === undefined) return;
      disk.delete(from);
      disk.set(to, moved);
    });
    const file = this.#known.get(from);
    this.#known.delete(from);
    if (outcome === 'ok' && file !== undefined) this.#known.set(to, file);
    else for (const name of [from, to]) this.#avoided.add(name);
  }

  #write(name: string): void {
    const file = this.#known.get(name);
    if (file === undefined || file.isPartial) return;
    const first = this.#random.below(Math.min(file.generations.length, maxChunks - 1) + 1);
    const count = 1 + this.#random.below(maxChunks - first);
    const generation = ++file.generation;
    const before = [...file.generations];
    const fill = (chunks: number): void => {
      for (let chunk = first; chunk < first + chunks; chunk++) {
        while (file.generations.length < chunk) file.generations.push(0);
        file.generations[chunk] = generation;
      }
    };
    if (this.#chance(10)) return this.#writeShort({ name, file, first, count, generation, fill });
    const record = { kind: 'write', file: name, first, count, generation, of: file.operation };
    this.#racingRead(name, file, first);
    const outcome = this.#do(record, () => {
      // Half of it may have been torn on the way.
      const chunks = this.#isAnswered ? count : this.#random.below(count + 1);
      fill(chunks);
      if (!this.#isAnswered && chunks < count && first + chunks < file.generations.length)
        file.generations[first + chunks] = -1;
    });
    // Writing back failed: what was acknowledged before may be gone with it.
    if (outcome === 'error' && this.#chance(2))
      file.generations = before.map((held) => (this.#chance(2) ? held : Math.min(held, 1)));
  }

  #writeShort(at: {
    name: string;
    file: File;
    first: number;
    count: number;
    generation: number;
    fill: (chunks: number) => void;
  }): void {
    const { name, file, first, count, generation, fill } = at;
    const whole = this.#random.below(count);
    const end = first + whole;
    this.#isAnswered = true;
    fill(whole);
    if (end < file.generations.length) file.generations[end] = -1;
    else {
      file.generations.push(-1);
      file.isPartial = true;
    }
    const size = whole * caseChunkBytes + 100;
    this.#record({ kind: 'write', file: name, first, count, generation, of: file.operation, size });
  }

  #truncate(name: string): void {
    const file = this.#known.get(name);
    if (file === undefined) return;
    const chunks = this.#random.below(maxChunks + 1);
    const generation = ++file.generation;
    const size = chunks * caseChunkBytes;
    this.#do({ kind: 'truncate', file: name, size, generation, of: file.operation }, () => {
      file.generations.length = Math.min(file.generations.length, chunks);
      while (file.generations.length < chunks) file.generations.push(0);
      file.isPartial = false;
    });
  }

  /** True while the change under way is one that was acknowledged, and so complete. */
  #isAnswered = true;

  #do(record: Drafted, change: Change): 'ok' | 'error' | 'pending' {
    const draw = this.#random.below(12);
    this.#isAnswered = draw > 2;
    if (draw > 2) {
      change(this.#disk);
      this.#record(record);
      return 'ok';
    }
    const outcome = draw === 0 ? 'pending' : 'error';
    const isLate = this.#chance(2);
    if (isLate) {
      this.#late.push((disk) => {
        this.#isAnswered = false;
        change(disk);
      });
    } else if (this.#chance(2)) change(this.#disk);
    const errno = outcome === 'pending' ? 0 : 5;
    const size = record['kind'] === 'write' ? { size: 0 } : {};
    this.#record({ ...record, ...size, outcome, errno });
    return outcome;
  }

  #record(record: Drafted): void {
    this.#sequence++;
    this.#operations.push({ by: 'a/0', startNs: this.#nowNs, endNs: this.#nowNs + 50, ...record });
  }

  /** A reader on either host sees what is there. */
  #read(): void {
    const name = names[this.#random.below(names.length)] ?? '';
    const file = this.#disk.get(name);
    if (file === undefined || file.generations.length === 0) return;
    const by = this.#chance(2) ? 'a/0' : 'b/0';
    if (by === 'a/0') this.#sequence++;
    const saw = onDisk(file).runs;
    this.#operations.push({ by, kind: 'read', file: name, saw, startNs: this.#nowNs, endNs: this.#nowNs + 50 });
  }

  /** The other host reads a chunk while it's being written: anything may be in it. */
  #racingRead(name: string, file: File, chunk: number): void {
    if (!this.#chance(3) || this.#disk.get(name) !== file) return;
    const saw = [{ first: chunk, content: this.#chance(2) ? 'unreadable' : 'zeros' }];
    this.#operations.push({
      by: 'b/0',
      kind: 'read',
      file: name,
      saw,
      startNs: this.#nowNs + 40,
      endNs: this.#nowNs + 90,
    });
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }
}

function onDisk(file: File): { size: number; runs: Drafted[] } {
  const { generations, operation, isPartial } = file;
  const runs = generations.map((generation, first): Drafted => {
    if (isPartial && first === generations.length - 1) return { first, content: 'partial' };
    if (generation < 0) return { first, content: 'unreadable' };
    return generation === 0 ? { first, content: 'zeros' } : { first, of: operation, generation };
  });
  const size = generations.length * caseChunkBytes - (isPartial ? caseChunkBytes - 100 : 0);
  return { size, runs };
}
