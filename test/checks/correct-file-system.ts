/**
 * A file system that keeps every promise, under one worker and a reader on another host: answers get lost, errors leave it
 * open what happened, late effects arrive at the end, reads race with writes, what was never synced gets lost and is
 * reported as lost, journals are cut. Whatever comes out of here, no check may object to.
 */
import { randomOf, type Random } from '../../src/model/random.ts';
import { pathOf, nameOf } from '../../src/model/namespace.ts';
import { caseChunkBytes, caseSchema, type Case } from './case-history.ts';
import { CorrectFile, shortBytes } from './correct-file.ts';

type Disk = Map<string, CorrectFile>;
/** `isWhole`: it was acknowledged; else it may stop anywhere. */
type Change = (disk: Disk, isWhole: boolean) => void;
type Drafted = Record<string, unknown>;
type Outcome = 'ok' | 'error' | 'pending';

const names = Array.from({ length: 5 }, (_, index) => pathOf(0, nameOf({ kind: 'file', folder: index % 2, index })));
const maxChunks = 12;
const errnos = { ENOENT: 2, EIO: 5, EACCES: 13, EEXIST: 17, ENOSPC: 28 } as const;

export function correctCase(seed: number): Case {
  return new Simulation(randomOf(seed)).run();
}

class Simulation {
  readonly #random: Random;
  readonly #disk: Disk = new Map();
  /** What the worker believes: the file of each name. A name whose state it can't know is avoided. */
  readonly #known = new Map<string, CorrectFile>();
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
      if (this.#random.below(3) === 0) this.#read();
      else this.#change();
    }
    for (const change of this.#late) if (this.#chance(2)) change(this.#disk, false);
    const isCut = this.#chance(4);
    const kept = isCut ? this.#withoutTail() : this.#operations;
    return caseSchema.parse({
      about: 'correct',
      mount: this.#isNetwork ? 'nfs4' : 'ext4',
      cut: isCut ? ['a'] : [],
      operations: kept,
      disk: Object.fromEntries(
        [...this.#disk].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, file]) => [name, file.onDisk()]),
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
    const free = this.#pick(names.filter((name) => !this.#avoided.has(name) && !this.#known.has(name)));
    const taken = this.#pick([...this.#known.keys()]);
    const file = this.#known.get(taken ?? '');
    const other = this.#pick([...this.#known.keys()].filter((name) => name !== taken));
    const draw = this.#random.below(19);
    if (taken === undefined || file === undefined || draw < 2) {
      if (free !== undefined) this.#touch(free);
    } else if (draw < 7) this.#write(taken, file, draw < 5 ? 'write' : 'append');
    else if (draw < 9) this.#truncate(taken, file);
    else if (draw < 11) this.#sync(taken, file);
    else if (draw === 11) this.#loseAndTell(taken, file, free);
    else if (draw === 12 && other !== undefined) this.#rename({ kind: 'renameOnto', from: taken, to: other });
    else if (draw === 13 && free !== undefined) this.#rename({ kind: 'rename', from: taken, to: free });
    else if (draw === 14 && free !== undefined) this.#copy({ from: taken, to: free, file });
    else if (draw === 15) this.#remove(taken);
    else if (draw === 16) this.#fallocate(taken, file);
    else if (draw > 16) this.#punch(taken, file);
  }

  #touch(name: string): void {
    const file = new CorrectFile(this.#sequence + 1);
    const outcome = this.#do({ kind: 'touch', file: name }, (disk) => {
      if (!disk.has(name)) disk.set(name, file);
    });
    if (outcome === 'ok') this.#known.set(name, file);
    else this.#avoided.add(name);
  }

  #remove(name: string): void {
    const record = { kind: 'delete', file: name, of: this.#known.get(name)?.operation };
    const outcome = this.#do(record, (disk) => disk.delete(name));
    this.#known.delete(name);
    if (outcome !== 'ok') this.#avoided.add(name);
  }

  #rename({ kind, from, to }: { kind: string; from: string; to: string }): void {
    const file = this.#known.get(from);
    const outcome = this.#do({ kind, file: from, to, of: file?.operation }, (disk) => {
      const moved = disk.get(from);
      if (moved === undefined) return;
      disk.delete(from);
      disk.set(to, moved);
    });
    for (const name of [from, to]) this.#known.delete(name);
    if (outcome === 'ok' && file !== undefined) this.#known.set(to, file);
    else for (const name of [from, to]) this.#avoided.add(name);
  }

  #copy({ from, to, file }: { from: string; to: string; file: CorrectFile }): void {
    const operation = this.#sequence + 1;
    const size = file.onDisk().size;
    const record = { kind: 'copy', file: from, to, of: file.operation, generation: file.generation + 1, size };
    const outcome = this.#do(record, (disk, isWhole) => {
      const source = disk.get(from);
      if (source === undefined || disk.has(to)) return;
      const chunks = isWhole ? source.chunks : this.#random.below(source.chunks + 1);
      disk.set(to, source.copy(operation, chunks));
    });
    if (size > 0) this.#racingRead(to, { first: 0, content: 'unreadable' });
    const copy = this.#disk.get(to);
    if (outcome === 'ok' && copy !== undefined) this.#known.set(to, copy);
    else this.#avoided.add(to);
    if (outcome !== 'ok' && this.#chance(2)) this.#lose(file);
  }

  #write(name: string, file: CorrectFile, kind: 'write' | 'append'): void {
    if (file.isPartial || (kind === 'append' && file.chunks >= maxChunks)) return;
    const first = kind === 'append' ? file.chunks : this.#random.below(Math.min(file.chunks, maxChunks - 1) + 1);
    const count = 1 + this.#random.below(maxChunks - first);
    const generation = ++file.generation;
    const record = { kind, file: name, first, count, generation, of: file.operation };
    if (this.#chance(10)) {
      const whole = this.#random.below(count);
      file.put(first, whole, generation);
      file.endInside(first + whole);
      return this.#record({ ...record, size: shortBytes(whole) });
    }
    const outcome = this.#do(record, (_, isWhole) => {
      // Half of it may have been torn on the way.
      const chunks = isWhole ? count : this.#random.below(count + 1);
      file.put(first, chunks, generation);
      if (chunks < count) file.tear(first + chunks);
    });
    if (this.#disk.get(name) === file)
      this.#racingRead(name, { first, content: this.#chance(2) ? 'unreadable' : 'zeros' });
    if (outcome !== 'ok' && this.#chance(2)) this.#lose(file);
  }

  #truncate(name: string, file: CorrectFile): void {
    const chunks = this.#random.below(maxChunks + 1);
    const generation = ++file.generation;
    const size = chunks * caseChunkBytes;
    const record = { kind: 'truncate', file: name, size, generation, of: file.operation };
    const outcome = this.#do(record, () => file.truncate(chunks));
    if (outcome !== 'ok' && this.#chance(2)) this.#lose(file);
  }

  /** Every second one leaves the size as it is. */
  #fallocate(name: string, file: CorrectFile): void {
    if (file.isPartial) return;
    const first = this.#random.below(Math.min(file.chunks, maxChunks - 1) + 1);
    const count = 1 + this.#random.below(maxChunks - first);
    const end = this.#chance(2) ? first + count : 0;
    const generation = ++file.generation;
    const record = { kind: 'fallocate', file: name, first, count, size: end * caseChunkBytes, generation };
    const outcome = this.#do({ ...record, of: file.operation }, (_, isWhole) => {
      file.grow(isWhole ? end : Math.min(end, first + this.#random.below(count + 1)));
    });
    if (outcome !== 'ok' && this.#chance(2)) this.#lose(file);
  }

  /** Every second one may make the file longer. */
  #punch(name: string, file: CorrectFile): void {
    if (file.isPartial) return;
    const first = this.#random.below(Math.max(1, file.chunks));
    const count = 1 + this.#random.below(maxChunks - first);
    const end = this.#chance(2) ? first + count : 0;
    const generation = ++file.generation;
    const record = { kind: 'punchHole', file: name, first, count, size: end * caseChunkBytes, generation };
    const outcome = this.#do({ ...record, of: file.operation }, (_, isWhole) => {
      const chunks = isWhole ? count : this.#random.below(count + 1);
      for (let at = 0; at < chunks; at++) file.punch(first + at);
      if (isWhole) file.grow(end);
      else if (chunks < count) file.tear(first + chunks);
    });
    if (this.#disk.get(name) === file) this.#racingRead(name, { first, content: 'unreadable' });
    if (outcome !== 'ok' && this.#chance(2)) this.#lose(file);
  }

  #sync(name: string, file: CorrectFile, mustFail = false): void {
    const kind = this.#chance(2) ? 'fsync' : 'fdatasync';
    const outcome = this.#do({ kind, file: name, of: file.operation }, () => undefined, mustFail);
    if (outcome === 'ok') file.sync();
    else if (this.#chance(2)) this.#lose(file);
  }

  /** What is lost may be read, and copied, before the next sync tells. */
  #loseAndTell(name: string, file: CorrectFile, free: string | undefined): void {
    if (file.isPartial || this.#disk.get(name) !== file) return;
    this.#lose(file);
    for (let left = this.#random.below(3); left > 0; left--) this.#read(name);
    if (free !== undefined && this.#chance(2)) this.#copy({ from: name, to: free, file });
    this.#sync(name, file, true);
  }

  /** None after an error that proves that nothing happened. */
  #lose(file: CorrectFile): void {
    if (!this.#wasRefused) file.lose(this.#random);
  }

  #wasRefused = false;

  #do(record: Drafted, change: Change, mustFail = false): Outcome {
    const draw = mustFail ? this.#random.below(3) : this.#random.below(12);
    this.#wasRefused = false;
    if (draw > 2) {
      change(this.#disk, true);
      this.#record(record);
      return 'ok';
    }
    const outcome = draw === 0 ? 'pending' : 'error';
    const kind = String(record['kind']);
    const size = kind === 'write' || kind === 'append' ? { size: 0 } : {};
    if (outcome === 'error' && !mustFail && !this.#isNetwork && this.#chance(4)) {
      this.#wasRefused = true;
      // Of the errors that tell of names none is possible: who knows its names exactly never asks for what can't be.
      const errno = this.#pick([
        errnos.EACCES,
        ...(['fsync', 'fdatasync', 'copy', 'fallocate', 'punchHole'].includes(kind) ? [] : [errnos.ENOSPC]),
      ]);
      this.#record({ ...record, ...size, outcome, errno });
      return outcome;
    }
    const when = this.#pick(['now', 'late', 'late', 'never']);
    if (when === 'now') change(this.#disk, false);
    if (when === 'late') this.#late.push(change);
    this.#record({ ...record, ...size, outcome, errno: outcome === 'pending' ? 0 : this.#openErrno(kind) });
    return outcome;
  }

  /** One that leaves it open what happened. */
  #openErrno(kind: string): number {
    const canLackSpace = this.#isNetwork || ['fsync', 'fdatasync', 'copy', 'fallocate', 'punchHole'].includes(kind);
    const isRetried = this.#isNetwork && ['delete', 'rename', 'renameOnto'].includes(kind);
    const isMadeTwice = this.#isNetwork && ['touch', 'copy'].includes(kind);
    return (
      this.#pick([
        errnos.EIO,
        ...(canLackSpace ? [errnos.ENOSPC] : []),
        ...(isRetried ? [errnos.ENOENT] : []),
        ...(isMadeTwice ? [errnos.EEXIST] : []),
      ]) ?? errnos.EIO
    );
  }

  #record(record: Drafted): void {
    this.#sequence++;
    this.#nowNs += 100;
    this.#operations.push({ by: 'a/0', startNs: this.#nowNs, endNs: this.#nowNs + 50, ...record });
  }

  /** A reader on either host sees what is there. */
  #read(name = this.#pick(names) ?? ''): void {
    const runs = this.#disk.get(name)?.onDisk().runs ?? [];
    if (runs.length === 0) return;
    if (this.#chance(2)) this.#record({ kind: 'read', file: name, saw: runs });
    else {
      this.#nowNs += 100;
      this.#otherReads(name, runs, this.#nowNs);
    }
  }

  /** The other host reads a chunk while it is changed: anything may be in it. */
  #racingRead(name: string, saw: Drafted): void {
    if (!this.#wasRefused && this.#chance(3)) this.#otherReads(name, [saw], this.#nowNs + 40);
  }

  #otherReads(file: string, saw: readonly Drafted[], startNs: number): void {
    this.#operations.push({ by: 'b/0', kind: 'read', file, saw, startNs, endNs: startNs + 50 });
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[this.#random.below(Math.max(1, all.length))];
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }
}
