/** What stat says of a worker's own files, changed on its way to it; only where the look before it saw the file as it is. */
import { constants } from 'node:fs';
import type { FileOperations, FileStats } from '../../src/workloads/operations.ts';
import { momentsOf, type FaultOptions } from './fault.ts';

const names = { mkdir: 2, delete: 4, list: 3, touch: 10, rename: 5, renameOnto: 3, copy: 10 };
const attributes = { chmod: 8, utimes: 4, stat: 30 };

/** Attributes are changed, and looked at many times. */
export const lookedAt = { weights: { ...names, ...attributes, read: 20, write: 20, truncate: 10 } };

export function changedStats(
  operations: FileOperations,
  options: FaultOptions,
  change: (stats: FileStats) => FileStats,
): FileOperations {
  const moments = momentsOf(options);
  /** Of its own files; true: looked at since the last change of it. */
  const looked = new Map<string, boolean>();
  const touch = (path: string): void => void looked.set(path, false);
  return {
    ...operations,
    open(path, flags, mode) {
      if ((flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0) touch(path);
      return operations.open(path, flags, mode);
    },
    rename(from, to) {
      looked.delete(from);
      touch(to);
      operations.rename(from, to);
    },
    unlink(path) {
      looked.delete(path);
      operations.unlink(path);
    },
    chmod(path, mode) {
      touch(path);
      operations.chmod(path, mode);
    },
    utimes(path, seconds) {
      touch(path);
      operations.utimes(path, seconds);
    },
    stat(path) {
      const stats = operations.stat(path);
      if (looked.get(path) === true && moments.isNow()) return change(stats);
      if (looked.has(path)) looked.set(path, true);
      return stats;
    },
  };
}
