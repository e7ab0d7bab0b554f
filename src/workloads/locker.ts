/**
 * Advisory locks, which Node can't take itself. Both kinds that there are here belong to the open file description, which a
 * child process inherits with the descriptor: so a child can lock what the agent has open, and the agent reads and writes
 * under the lock as if it had taken it itself. (The older fcntl locks belong to a process: workers of one agent would not
 * exclude each other.) Never with waiting, as a thread that waits for a lock can't be told to stop.
 */

/** Bytes of a file, or all of it: then by flock. */
export interface LockedRange {
  readonly start: number;
  readonly length: number;
}

export interface LockRequest {
  readonly isShared: boolean;
  readonly range: LockedRange | undefined;
}

export interface Locker {
  /** What takes the locks: perl, python3 or flock. */
  readonly means: string;
  /** Byte ranges, too. */
  readonly hasRanges: boolean;
  /** False: somebody else holds it. Errors are as those of Node (errno). */
  lock(fd: number, request: LockRequest): boolean;
  unlock(fd: number, range: LockedRange | undefined): void;
  /** Locks that are still held last as long as their files stay open. */
  close(): void;
}
