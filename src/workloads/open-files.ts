/**
 * Keeps a worker's own files open between its reads, as databases do (fio's `openfiles`), by their places in its tree, of which
 * it is the only writer: a place holds another file only after its own unlink or rename, and before that it lets the
 * descriptor go.
 */
import { constants } from 'node:fs';
import { closeQuietly, type FileOperations } from './operations.ts';

const { O_RDONLY } = constants;
/** Reads leave the time of the last access alone, as fio's do; Linux only. */
const untimed = 'O_NOATIME' in constants ? constants.O_NOATIME : 0;

/** What no descriptor is. */
export const closed = -1;

export interface OpenFilesOptions {
  readonly operations: FileOperations;
  /** At most so many; 0 keeps none. */
  readonly limit: number;
  /** Places of the tree. */
  readonly files: number;
}

export class OpenFiles {
  readonly #operations: FileOperations;
  readonly #limit: number;
  /** By place. Reads ask for nothing else: a map would take them longer to ask than the recorder to count. */
  readonly #descriptors: Int32Array;
  /** Those that are open; the one that was opened first comes first. */
  readonly #kept = new Set<number>();

  constructor({ operations, limit, files }: OpenFilesOptions) {
    this.#operations = operations;
    this.#limit = limit;
    this.#descriptors = new Int32Array(files).fill(closed);
  }

  get isKeeping(): boolean {
    return this.#limit > 0;
  }

  /** Or `closed`. */
  descriptorOf(file: number): number {
    return this.#descriptors[file] ?? closed;
  }

  /** From now on it is kept. */
  open(file: number, path: string): number {
    const fd = this.#openToRead(path);
    for (const oldest of this.#kept) {
      if (this.#kept.size < this.#limit) break;
      this.letGo(oldest);
    }
    this.#kept.add(file);
    this.#descriptors[file] = fd;
    return fd;
  }

  letGo(file: number): void {
    if (!this.#kept.delete(file)) return;
    closeQuietly(this.#operations, this.descriptorOf(file));
    this.#descriptors[file] = closed;
  }

  closeAll(): void {
    for (const file of this.#kept) this.letGo(file);
  }

  /** Only the owner of a file may leave its times alone; everybody else reads as usual. */
  #openToRead(path: string): number {
    try {
      return this.#operations.open(path, O_RDONLY | untimed);
    } catch (error) {
      if (untimed === 0 || !isRefusal(error)) throw error;
      return this.#operations.open(path, O_RDONLY);
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPERM';
}
