/** An entry isn't in the first listing that should have it, on a mount whose listings may be late. */
import type { FileOperations } from '../../src/workloads/operations.ts';
import { momentsOf, type Fault } from './fault.ts';

/** Of some 700 that a worker makes in stress: those of verify are let be. */
const struckListings = 400;

export const listingLate: Fault = {
  code: 'N04',
  name: "listing doesn't yet show an entry",
  causes: { verdict: 'pass', grade: 'allowed' },
  workload: {
    consistency: 'close-to-open',
    weights: { mkdir: 2, delete: 4, list: 60, touch: 20, stat: 5, read: 10, write: 10, rename: 5, truncate: 5 },
  },
  decorate(operations, options) {
    const moments = momentsOf(options);
    const shown = new Map<string, ReadonlySet<string>>();
    let left = struckListings;
    return {
      ...operations,
      readdir(path): ReturnType<FileOperations['readdir']> {
        const entries = operations.readdir(path);
        if (!/\/d\d$/.test(path) || left-- <= 0) return entries;
        const before = shown.get(path) ?? new Set();
        shown.set(path, new Set(entries.map(({ name }) => name.toString())));
        return entries.filter(({ name }) => before.has(name.toString()) || !moments.isNow());
      },
    };
  },
};
