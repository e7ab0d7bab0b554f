/** What a file is renamed onto is removed first, and a moment later the file takes its name. */
import { fewFiles, type Fault } from './fault.ts';

const gapMs = 4;

export const renameGap: Fault = {
  code: 'N05',
  name: 'rename gap',
  workload: {
    ...fewFiles,
    weights: {
      mkdir: 2,
      delete: 4,
      list: 3,
      touch: 10,
      stat: 10,
      read: 30,
      write: 20,
      rename: 5,
      renameOnto: 12,
      truncate: 5,
    },
  },
  decorate(operations) {
    const gap = new Int32Array(new SharedArrayBuffer(4));
    return {
      ...operations,
      rename(from, to) {
        try {
          operations.unlink(to);
          Atomics.wait(gap, 0, 0, gapMs);
        } catch {
          // The name was free.
        }
        operations.rename(from, to);
      },
    };
  },
};
