/** The heartbeats that say of an operation that it hangs: all that checks ask of heartbeats, a few of an hour of them. */
import type { Heartbeat } from '../../../model/protocol.ts';
import type { HeartbeatColumns } from './columns.ts';

/** For each worker that had one the heartbeat of its longest, in the order in which they were first heard of. */
export function hangsOf({ oldestMs, heartbeat }: HeartbeatColumns, hungMs: number): readonly Heartbeat[] {
  const longest = new Map<number, { readonly beat: Heartbeat; readonly ageMs: number }>();
  for (const [at, ageMs] of oldestMs.entries()) {
    if (!(ageMs > hungMs)) continue;
    const beat = heartbeat(at);
    if (beat?.oldest === undefined) continue;
    const { worker } = beat.oldest;
    if ((longest.get(worker)?.ageMs ?? 0) < ageMs) longest.set(worker, { beat, ageMs });
  }
  return [...longest.values()].map(({ beat }) => beat);
}
