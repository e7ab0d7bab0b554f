/** What another host wrote and closed seconds ago is read as it was before, on a mount that promises close-to-open. */
import type { Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const closeToOpenBroken: Fault = {
  code: 'V01',
  name: 'close-to-open broken',
  besides: ['D12'],
  workload: {
    consistency: 'close-to-open',
    durationMs: 8_000,
    operationsLimit: 1e9,
    // Time is what it needs, not so many operations.
    rate: 100,
    workers: 1,
    filesPerFolder: 1,
    fileBytes: 2_048,
    // Each worker makes one file and removes none: what was read first stays old, however fast the machine is.
    weights: { mkdir: 0, delete: 0, list: 0, touch: 0, stat: 0, read: 75, write: 25, rename: 0, truncate: 0 },
  },
  decorate: (operations, options) => oldReads(operations, options, 'others, long ago'),
};
