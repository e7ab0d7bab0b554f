/** A record of nothing, for tests that say only what matters to them. */
import type { JournalRecord } from '../../src/model/record.ts';

export const blankRecord: JournalRecord = {
  kind: 0,
  outcome: 0,
  errno: 0,
  sequence: 0,
  owner: 0,
  content: 0,
  flags: 0,
  name: 0,
  target: 0,
  first: 0,
  count: 0,
  generation: 0,
  creator: 0,
  writer: 0,
  incarnation: 0,
  startNs: 0,
  endNs: 0,
  size: 0,
};
