/**
 * Hosts whose own clock ran backwards between two records of one worker: no monotonic clock does, so that none of their times
 * say anything. What each worker did one after the other stands.
 */
import { layout, outcomes } from '../model/record.ts';
import type { Segment } from './record-log.ts';

export function hostsRunBack(segments: readonly Segment[]): ReadonlySet<number> {
  const hosts = new Set<number>();
  const reached = new Map<number, Reached>();
  for (const segment of segments) {
    const known = reached.get(segment.worker) ?? { sequence: -1, atNs: -Infinity };
    reached.set(segment.worker, known);
    if (runsBack(segment, known)) hosts.add(segment.host);
  }
  return hosts;
}

/** How far a worker's records have come. */
interface Reached {
  sequence: number;
  atNs: number;
}

function runsBack({ views, count }: Segment, reached: Reached): boolean {
  const { u8, u32, f64 } = views;
  let isBack = false;
  for (let at = 0; at < count; at++) {
    const sequence = u32[at * 16 + layout.sequence] ?? 0;
    // Further records of an operation have its times.
    if (sequence === reached.sequence) continue;
    const startNs = f64[at * 8 + layout.startNs] ?? 0;
    const isAnswered = u8[at * 64 + layout.outcome] !== outcomes.pending;
    const endNs = isAnswered ? (f64[at * 8 + layout.endNs] ?? 0) : startNs;
    if (startNs < reached.atNs || endNs < startNs) isBack = true;
    reached.sequence = sequence;
    reached.atNs = endNs;
  }
  return isBack;
}
