/**
 * One process at a time changes a file: the one that made `FILE.funbric-lock`. What it guards takes milliseconds, so that
 * the others wait for it where they are; and a lock is left only by a process that was killed in these.
 */
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { errorCodeOf } from '../../model/errors.ts';

/** One and the same lock for so long is nobody's: no write of one line takes this long. */
const staleMs = 3000;

/** Where many wait for their turn. */
const waitMs = 15_000;

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
    if (id !== '' && now - seen.at > staleMs) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
}

function isTaken(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** '' where it is gone. */
function idOf(lock: string): string {
  const found = statSync(lock, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.ino} ${found.mtimeMs}`;
}
