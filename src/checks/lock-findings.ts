/** All that breaks a promise of locks, and the findings that it makes: one for each lock, code and grade. */
import type { Finding, Grade } from '../model/finding.ts';
import type { LockReach } from '../model/consistency.ts';
import { rangeBytes } from '../model/locks.ts';
import { ownerOfArena, pathOf } from '../model/namespace.ts';
import { capFindings } from './fold.ts';
import type { Evidence } from './evidence.ts';
import type { History } from './history.ts';
import { chainBreaches, type LockBreach } from './lock-chains.ts';
import { overlapBreaches } from './lock-holds.ts';
import { refusalBreaches } from './lock-refusals.ts';
import { isOfRanges, isVigil, readLocks } from './lock-sections.ts';
import { judgeLock, type Judgement } from './promise.ts';
import { hostName, witnesses } from './words.ts';

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

export function lockFindings(history: History, code: LockBreach['code']): readonly Finding[] {
  const groups = new Map<string, { readonly breach: LockBreach; readonly judgement: Judgement; count: number }>();
  for (const breach of history.lockBreaches()) {
    if (breach.code !== code) continue;
    const judgement = judge(history, breach);
    const host = history.facts.isLocal ? breach.hosts[0] : 0;
    const key = `${host}/${breach.lock.name}/${breach.lock.range}/${judgement.grade}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { breach, judgement, count: 1 });
    else known.count++;
  }
  return capFindings([...groups.values()], ({ breach, judgement, count }) => {
    const { lock, hosts, ids, expected, found } = breach;
    return {
      code,
      grade: judgement.grade,
      host: hostName(history, hosts.at(-1) ?? 0),
      file: pathOf(ownerOfArena('locks'), lock.name),
      ...(isOfRanges(lock) ? { offset: isVigil(lock) ? lock.range : lock.range * rangeBytes } : {}),
      count,
      expected,
      found: `${found}${judgement.clause}`,
      witness: witnesses(history, ids),
    };
  });
}

function judge(history: History, { by, code, hosts, lock, isOpen }: LockBreach): Judgement {
  const involved = hosts.flatMap((host) => history.hosts[host] ?? []);
  const reaches = new Set(involved.map(({ locks }) => (isOfRanges(lock) ? locks.ranges : locks.whole)));
  const isNetwork = involved.some(({ client }) => client.isNetwork);
  const judgement = judgeLock(history.consistency, {
    by,
    isNetwork,
    reach: new Set(hosts).size > 1 ? 'other client' : 'same client',
    lockReach: leastOf(reaches),
  });
  const weaker = weakened(code, { isOpen: isOpen === true, isNetwork });
  return weaker === undefined || judgement.grade === 'allowed' ? judgement : { ...judgement, grade: weaker };
}

function leastOf(reaches: ReadonlySet<LockReach>): LockReach {
  if (reaches.has('client')) return 'client';
  return reaches.has('exclusion') ? 'exclusion' : 'data';
}

/** A server between them may answer late for a moment; who is gone may still hold a lock. */
function weakened(
  code: LockBreach['code'],
  { isOpen, isNetwork }: { readonly isOpen: boolean; readonly isNetwork: boolean },
): Grade | undefined {
  if (isOpen) return 'indeterminate';
  return code === 'L06' && isNetwork ? 'suspect' : undefined;
}
