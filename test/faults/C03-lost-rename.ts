/** A rename is undone by a crash, though its folders were synced. */
import { loseEntries, notedEntries, syncedWork } from './crashes.ts';
import type { Fault } from './fault.ts';

export const lostRename: Fault = {
  code: 'C03',
  name: 'lost rename',
  // So that some names stay as they are.
  workload: { ...syncedWork, filesPerFolder: 24 },
  between: 'crash',
  meanwhile: loseEntries,
  decorate: (operations, options) => notedEntries(operations, options, 'rename'),
};
