/**
 * Under an advisory lock a worker reads a counter and writes the next number, with its name: a fencing counter, in which two
 * who held the lock at the same time, or one who was shown old data under it, leave two successors of one number. Files are
 * locked as a whole, and in neighbouring ranges. Who only reads has a shared lock, under which the counter must stand still.
 * Besides, everybody holds one byte all the time, and afterwards nobody else may get it, and everything else must be free.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { lockFlags, lockFolders, rangeBytes, rangesOfFile, wholeFiles } from '../../model/locks.ts';
import { nameOf, pathOf } from '../../model/namespace.ts';
import { contents, recordKinds } from '../../model/record.ts';
import { stampBytes } from '../../model/stamp.ts';
import type { LockedRange, Locker } from '../locker.ts';
import { closeQuietly } from '../operations.ts';
import type { ArenaOptions, ArenaRules } from './arena.ts';
import { readCounter, writeCounter, type Counter, type CounterRead } from './counter.ts';

export const locks: ArenaRules = { arena: 'locks', open: (options) => new LockWorker(options) };

/** A lock that is asked for: of a range of a file, or of all of it. */
interface Lock {
  readonly name: number;
  readonly range: number;
  readonly bytes: LockedRange | undefined;
}

const wholeLocks: readonly Lock[] = Array.from({ length: wholeFiles }, (_, index) => ({
  name: nameOf({ kind: 'file', folder: lockFolders.whole, index }),
  range: 0,
  bytes: undefined,
}));

const rangeFile = nameOf({ kind: 'file', folder: lockFolders.ranges, index: 0 });
const rangeLocks: readonly Lock[] = Array.from({ length: rangesOfFile }, (_, range) => ({
  name: rangeFile,
  range,
  bytes: { start: range * rangeBytes, length: rangeBytes },
}));

const vigilFile = nameOf({ kind: 'file', folder: lockFolders.vigil, index: 0 });

/** Adjacent to those of others. */
function vigilOf(worker: number): Lock {
  return { name: vigilFile, range: worker, bytes: { start: worker, length: 1 } };
}

/** Files that are open, and what locks them. */
interface Files {
  readonly fds: ReadonlyMap<number, number>;
  readonly locker: Locker;
}

/** Tries of one step, and pauses between them: who holds a lock holds it for about a millisecond. */
const tries = 4;
const pauseMs = 1;

/** So long verify tries to get what nobody needs any more: the others look, too, and let go at once. */
const patienceMs = 5_000;
/** For each of what comes after that. */
const leastPatienceMs = 200;

/** So long everybody is on vigil after the start of its own verify, and after its own look: others start, and look, later. */
const vigilMs = 1_000;

/** EAGAIN, that another holds it, is what locks are for. */
const isRefusal = (errno: number): boolean => errno === os.errno.EAGAIN;
const refusal = Object.assign(new Error('another holds the lock'), { errno: -os.errno.EAGAIN });

class LockWorker {
  readonly #options: ArenaOptions;
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));
  #files: Files | undefined;
  #hasVigil = false;
  #vigilEndMs = 0;

  constructor(options: ArenaOptions) {
    this.#options = options;
  }

  step(): void {
    const { random } = this.#options;
    const files = (this.#files ??= this.#open());
    if (files === undefined) return;
    if (!this.#hasVigil) this.#keepVigil(files);
    const known = locksOf(files);
    const lock = known[random.below(known.length)];
    if (lock === undefined) return;
    const isShared = random.below(3) === 0;
    for (let count = 0; count < tries; count++) {
      if (count > 0) this.#wait(1 + random.below(pauseMs * count));
      if (this.#lock(files, lock, isShared ? lockFlags.isShared : 0)) return this.#visit(files, lock, isShared);
    }
  }

  /** What was written is on its way at the end: an error that only a sync tells of must be told. */
  endStress(): void {
    for (const [name, fd] of this.#files?.fds ?? []) {
      if (name === vigilFile) continue;
      this.#try(recordKinds.fsync, { name, range: 0 }, () => this.#options.operations.fsync(fd));
    }
  }

  /** With files of its own, so that what its host still holds is in its way, too. */
  verify(isLooking: boolean): void {
    this.#vigilEndMs = performance.now() + vigilMs;
    if (!isLooking) return;
    const files = this.#open();
    if (files === undefined) return;
    if (files.locker.hasRanges) {
      this.#findHeld(files);
      this.#vigilEndMs = performance.now() + vigilMs;
    }
    const deadline = performance.now() + patienceMs;
    for (const lock of locksOf(files)) {
      this.#findFree(files, lock, Math.max(deadline, performance.now() + leastPatienceMs));
    }
    this.#close(files);
  }

  /** When this worker has verified. */
  close(): void {
    const files = this.#files;
    if (files === undefined) return;
    this.#files = undefined;
    while (performance.now() < this.#vigilEndMs && !this.#options.isStopped()) this.#wait(20);
    if (this.#hasVigil) this.#unlock(files, vigilOf(this.#options.worker));
    this.#close(files);
  }

  #open(): Files | undefined {
    const { operations } = this.#options;
    const fds = new Map<number, number>();
    for (const { name } of [...wholeLocks, ...rangeLocks, vigilOf(0)]) {
      if (fds.has(name)) continue;
      const isOpen = this.#try(recordKinds.touch, { name, range: 0 }, () => {
        fds.set(name, operations.open(this.#path(name), constants.O_CREAT | constants.O_RDWR, 0o644));
      });
      if (isOpen) continue;
      for (const fd of fds.values()) closeQuietly(operations, fd);
      return undefined;
    }
    return { fds, locker: operations.openLocker([...fds.values()]) };
  }

  #close({ fds, locker }: Files): void {
    locker.close();
    for (const fd of fds.values()) closeQuietly(this.#options.operations, fd);
  }

  #keepVigil(files: Files): void {
    this.#hasVigil = !files.locker.hasRanges || this.#lock(files, vigilOf(this.#options.worker), 0);
  }

  /** One visit under the lock. */
  #visit(files: Files, lock: Lock, isShared: boolean): void {
    const { random } = this.#options;
    const seen = this.#read(files, lock);
    // Who is quick meets nobody.
    if (random.below(4) === 0) this.#wait(1);
    const isAgain = isShared || (seen !== undefined && this.#write(files, lock, seen) && random.below(3) === 0);
    if (isAgain) this.#read(files, lock);
    this.#unlock(files, lock);
  }

  #lock(files: Files, lock: Lock, flags: number): boolean {
    const isShared = (flags & lockFlags.isShared) !== 0;
    return this.#try(
      recordKinds.lock,
      lock,
      () => {
        if (!files.locker.lock(fdOf(files, lock), { isShared, range: lock.bytes })) throw refusal;
      },
      flags,
    );
  }

  #unlock(files: Files, lock: Lock): void {
    this.#try(recordKinds.unlock, lock, () => files.locker.unlock(fdOf(files, lock), lock.bytes));
  }

  /** The number that was there, or undefined where that can't be told. */
  #read(files: Files, lock: Lock): number | undefined {
    const { operations, trace, owner } = this.#options;
    let seen: CounterRead | undefined;
    trace.begin(recordKinds.read, owner, lock.name);
    trace.setChange(0, lock.range, 1, 0);
    try {
      seen = readCounter(operations, this.#place(files, lock));
      trace.setContent(seen.content);
      if (seen.content === contents.data) {
        trace.setChange(seen.counter.writer, lock.range, 1, seen.counter.number);
        trace.setIncarnation(0, seen.counter.operation);
      }
      trace.succeed(stampBytes);
    } catch (error) {
      trace.fail(error);
    }
    if (seen === undefined || seen.content === contents.unreadable) return undefined;
    return seen.content === contents.data ? seen.counter.number : 0;
  }

  #write(files: Files, lock: Lock, seen: number): boolean {
    const { operations, trace, owner, worker: writer } = this.#options;
    const counter: Counter = { number: (seen + 1) >>> 0, writer, operation: trace.nextSequence };
    trace.begin(recordKinds.write, owner, lock.name);
    trace.setChange(writer, lock.range, 1, counter.number);
    try {
      const count = writeCounter(operations, this.#place(files, lock), counter);
      trace.setSize(count);
      trace.succeed(count);
      return true;
    } catch (error) {
      trace.fail(error);
      return false;
    }
  }

  /** Nobody needs it any more: who can't get it has found one that was not let go. */
  #findFree(files: Files, lock: Lock, deadline: number): void {
    const { random, isStopped } = this.#options;
    for (;;) {
      const isLast = performance.now() >= deadline;
      if (this.#lock(files, lock, isLast ? lockFlags.isLastTry : 0)) {
        this.#read(files, lock);
        return this.#unlock(files, lock);
      }
      if (isLast || isStopped()) return;
      this.#wait(1 + random.below(40));
    }
  }

  /** The bytes that the workers of the next host hold until they have verified. */
  #findHeld(files: Files): void {
    const { worker, workers, spec } = this.#options;
    const { workers: workersOfHost } = spec;
    if (workers === workersOfHost) return;
    const next = Math.floor(worker / workersOfHost + 1) * workersOfHost;
    for (let rank = 0; rank < workersOfHost; rank++) {
      const lock = vigilOf((next + rank) % workers);
      if (this.#lock(files, lock, 0)) this.#unlock(files, lock);
    }
  }

  #try(kind: number, { name, range }: Pick<Lock, 'name' | 'range'>, change: () => void, flags = 0): boolean {
    const { owner, trace } = this.#options;
    trace.begin(kind, owner, name, flags);
    trace.setChange(0, range, 1, 0);
    try {
      change();
      trace.succeed();
      return true;
    } catch (error) {
      trace.fail(error, isRefusal);
      return false;
    }
  }

  #wait(ms: number): void {
    Atomics.wait(this.#pause, 0, 0, ms);
  }

  #place(files: Files, { name, range }: Lock): Parameters<typeof readCounter>[1] {
    const { runTag } = this.#options;
    return { fd: fdOf(files, { name }), position: range * rangeBytes, range, runTag };
  }

  #path(name: number): string {
    return `${this.#options.runPath}/${pathOf(this.#options.owner, name)}`;
  }
}

function locksOf({ locker }: Files): readonly Lock[] {
  return locker.hasRanges ? [...wholeLocks, ...rangeLocks] : wholeLocks;
}

function fdOf({ fds }: Files, { name }: { readonly name: number }): number {
  const fd = fds.get(name);
  if (fd === undefined) throw new Error('a lock of a file that is not open');
  return fd;
}
