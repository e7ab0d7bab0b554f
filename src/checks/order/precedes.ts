/** Whether one operation certainly ended before another began: in the program order of a worker, by a host's clock, or by the bounds of two. */
import { isTimed, type Evidence } from '../journal/evidence.ts';
import type { Entry } from '../journal/record-log.ts';

export function hasEndedBefore({ hosts }: Pick<Evidence, 'hosts'>, first: Entry, second: Entry): boolean {
  if (first.worker === second.worker) return first.id < second.id;
  const { endNs } = first.record;
  const { startNs } = second.record;
  if (first.host === second.host) return isTimed({ hosts }, first.host) && endNs < startNs;
  const end = hosts[first.host]?.clock?.toController(endNs);
  const start = hosts[second.host]?.clock?.toController(startNs);
  return end !== undefined && start !== undefined && end.high < start.low;
}
