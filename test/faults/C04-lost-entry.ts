/** A new file is gone after a crash, though its folder was synced. */
import { loseEntries, notedEntries, syncedWork } from './crashes.ts';
import type { Fault } from './fault.ts';

export const lostEntry: Fault = {
  code: 'C04',
  name: 'lost entry',
  workload: syncedWork,
  between: 'crash',
  meanwhile: loseEntries,
  decorate: (operations, options) => notedEntries(operations, options, 'open'),
};
