/**
 * Keeps a worker's own files open between its reads, as databases do (fio's `openfiles`): over file operations, so that who
 * reads need not know. Only for a tree that nobody else changes: there a name is another file only after its owner's own
 * unlink, rename or copy, and then its descriptor is let go.
 */
import { constants } from 'node:fs';
import { closeQuietly, type FileOperations } from './operations.ts';

export interface OpenFiles {
  readonly operations: FileOperations;
  closeAll(): void;
}

export interface OpenFilesOptions {
  /** At most so many; 0 keeps none. */
  readonly limit: number;
  /** Paths below which all changes go through these operations. */
  readonly tree: string;
}

export function keepOpen(operations: FileOperations, { limit, tree }: OpenFilesOptions): OpenFiles {
  if (limit === 0) return { operations, closeAll: () => undefined };
  /** The one that was opened first comes first. */
  const descriptors = new Map<string, number>();
  const kept = new Set<number>();
  const below = `${tree}/`;

  const letGo = (path: string): void => {
    const fd = descriptors.get(path);
    if (fd === undefined) return;
    descriptors.delete(path);
    kept.delete(fd);
    closeQuietly(operations, fd);
  };

  const keep = (path: string, fd: number): void => {
    for (const [oldest] of descriptors) {
      if (descriptors.size < limit) break;
      letGo(oldest);
    }
    descriptors.set(path, fd);
    kept.add(fd);
  };

  return {
    operations: {
      ...operations,
      open(path, flags, mode) {
        if (flags !== constants.O_RDONLY) return operations.open(path, flags, mode);
        const known = descriptors.get(path);
        if (known !== undefined) return known;
        const fd = operations.open(path, flags, mode);
        if (path.startsWith(below)) keep(path, fd);
        return fd;
      },
      close(fd) {
        if (!kept.has(fd)) operations.close(fd);
      },
      unlink(path) {
        letGo(path);
        operations.unlink(path);
      },
      rename(from, to) {
        letGo(from);
        letGo(to);
        operations.rename(from, to);
      },
    },
    closeAll() {
      for (const path of descriptors.keys()) letGo(path);
    },
  };
}
