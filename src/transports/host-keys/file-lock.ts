/**
 * One process at a time changes a file: the one that made `FILE.funbric-lock`. What it guards takes milliseconds, so that
 * the others wait for it where they are; and a lock is left only by a process that was killed in these.
 */
import { closeSync, lstatSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCodeOf } from '../../model/errors.ts';

/** One and the same lock for so long is nobody's, where the process that made it isn't there to be seen. */
const staleMs = 3000;

/** Where it is: a busy disk keeps it waiting for long. No longer, as its number may be another process's by now. */
const heldMs = 10_000;

/** Where many wait for their turn. */
const waitMs = 30_000;

const pauseMs = 5;

export function withFileLock<Result>(file: string, act: () => Result): Result {
  const lock = `${file}.funbric-lock`;
  take(lock);
  try {
    return act();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): void {
  const start = performance.now();
  let seen = { id: '', at: start };
  while (!isTaken(lock)) {
    const now = performance.now();
    if (now - start > waitMs) throw new Error(`others write it all the time: ${lock} never goes away`);
    const id = idOf(lock);
    if (id !== seen.id) seen = { id, at: now };
    const staleAt = seen.at + (isMakerThere(lock) ? heldMs : staleMs);
    if (id !== '' && now > staleAt) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
}

function isTaken(lock: string): boolean {
  let fd: number;
  try {
    fd = openSync(lock, 'wx', 0o600);
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(fd, makerText(process.pid));
  } catch {
    // A full disk: the lock holds as well without a name, for those who wait as if nobody were there.
  } finally {
    closeSync(fd);
  }
  return true;
}

/** The home may be that of several machines. */
function makerText(pid: number): string {
  return `${pid} ${hostname()}`;
}

function isMakerThere(lock: string): boolean {
  try {
    // Reading what else may lie there, as a pipe, may never end.
    if (!lstatSync(lock).isFile()) return false;
    const text = readFileSync(lock, 'utf8');
    const pid = Number.parseInt(text);
    return text === makerText(pid) && pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return errorCodeOf(error) === 'EPERM';
  }
}

/** '' where it is gone. */
function idOf(lock: string): string {
  const found = statSync(lock, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.mtimeMs}`;
}
