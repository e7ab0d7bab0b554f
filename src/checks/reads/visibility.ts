/**
 * Whether what was looked at had changed so long before that no cache which the mounts' options allow still had it: what a
 * weak mount allows for its caches it doesn't allow then. But there may be caches that no option tells of.
 */
import { hostOf, isTimed, type Evidence } from '../journal/evidence.ts';
import type { StaleRead } from './file-reads.ts';
import { judgeRead } from '../findings/promise.ts';
import type { Entry } from '../journal/record-log.ts';

/** Stale reads that only a cache excuses, and none is that slow. */
export function tellLateVisibility(
  evidence: Evidence,
  owner: number,
  stale: readonly StaleRead[],
): readonly StaleRead[] {
  if (evidence.consistency === 'posix') return stale;
  return stale.map((one): StaleRead => {
    const read = evidence.log.entry(one.id);
    const change = evidence.log.entry(one.change);
    if (one.code !== 'D12' || read === undefined || change === undefined) return one;
    const reach = read.host === hostOf(evidence.facts, owner) ? 'same client' : 'other client';
    const isAllowed = judgeRead(evidence.consistency, reach).grade === 'allowed';
    return isAllowed && isPastCaches(evidence, change, read) ? { ...one, code: 'V02' } : one;
  });
}

export function isPastCaches({ hosts }: Evidence, change: Entry, look: Entry): boolean {
  const settleNs = Math.max(...[change.host, look.host].map((host) => hosts[host]?.settleMs ?? Infinity)) * 1e6;
  const { endNs } = change.record;
  const { startNs } = look.record;
  if (change.host === look.host) return isTimed({ hosts }, look.host) && endNs + settleNs < startNs;
  const end = hosts[change.host]?.clock?.toController(endNs);
  const start = hosts[look.host]?.clock?.toController(startNs);
  return end !== undefined && start !== undefined && end.high + settleNs < start.low;
}
