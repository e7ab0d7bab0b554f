/** The findings that broken promises of locks make: one for each lock, code and grade. */
import type { Finding, Grade } from '../../../model/finding.ts';
import type { LockReach } from '../../../model/consistency.ts';
import { rangeBytes } from '../../../model/locks.ts';
import { ownerOfArena, pathOf } from '../../../model/namespace.ts';
import { capFindings } from '../../findings/fold.ts';
import type { History } from '../../history.ts';
import type { LockBreach } from './lock-chains.ts';
import { isOfRanges, isVigil } from './lock-sections.ts';
import { judgeLock, type Judgement } from '../../findings/promise.ts';
import { proofOf } from '../../findings/proof.ts';
import { hostName } from '../../findings/words.ts';

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
      ...proofOf(history, ids),
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
