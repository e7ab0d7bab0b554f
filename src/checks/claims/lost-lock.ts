/** A lock that is held for long, without a word, over whatever happens to server and network, is still held. */
import type { Check } from '../check.ts';
import { lockFindings } from '../arenas/locks/lock-findings.ts';

export const lostLocks: Check = {
  code: 'L03',
  claim: 'a lock stays with its holder until it lets go',
  examine: (history) => lockFindings(history, 'L03'),
};
