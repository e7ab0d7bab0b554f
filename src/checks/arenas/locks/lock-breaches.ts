/** All that breaks a promise of locks: by their counters, by the times that they were held, and by what they refused. */
import type { Evidence } from '../../journal/evidence.ts';
import { chainBreaches, type LockBreach } from './lock-chains.ts';
import { overlapBreaches } from './lock-holds.ts';
import { refusalBreaches } from './lock-refusals.ts';
import { readLocks } from './lock-sections.ts';

export function findLockBreaches(evidence: Evidence): readonly LockBreach[] {
  const { facts, hosts } = evidence;
  // With directories of their own, hosts have locks of their own.
  const groups = facts.isLocal ? hosts.map((_, host) => [host]) : [hosts.map((_, host) => host)];
  return groups.flatMap((group) => {
    const locks = readLocks(evidence, new Set(group));
    const counters = locks.locks.flatMap((lock) => chainBreaches(evidence, locks, lock));
    const times = locks.locks.flatMap((lock) => overlapBreaches(evidence, lock));
    return counters.concat(times, refusalBreaches(evidence, locks));
  });
}
