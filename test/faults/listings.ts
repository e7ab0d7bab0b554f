/** Listings of a tree's folders that are changed on their way to the worker. */
import type { FileOperations } from '../../src/workloads/operations.ts';
import { momentsOf, type FaultOptions, type Moments } from './fault.ts';

type Entries = ReturnType<FileOperations['readdir']>;

export function changedListings(
  operations: FileOperations,
  options: FaultOptions,
  change: (entries: Entries, moments: Moments) => Entries,
): FileOperations {
  const moments = momentsOf(options);
  return {
    ...operations,
    readdir(path) {
      const entries = operations.readdir(path);
      const isStruck = /\/d\d$/.test(path) && entries.length > 0 && moments.isNow();
      return isStruck ? change(entries, moments) : entries;
    },
  };
}
