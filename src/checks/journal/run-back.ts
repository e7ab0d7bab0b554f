/**
 * Hosts whose own clock ran backwards between two records of one worker: no monotonic clock does, so that none of their times
 * say anything. What each worker did one after the other stands.
 */
import { layout, outcomes } from '../../model/record.ts';
import type { BlockSegment } from './record-log.ts';

/** How far a worker's records have come. */
export interface Reached {
  sequence: number;
  atNs: number;
}

export function runsBack({ views, count }: BlockSegment, reached: Reached): boolean {
  const { u8, u32, f64 } = views;
  let { sequence: last, atNs } = reached;
  let isBack = false;
  for (let at = 0; at < count; at++) {
    const sequence = u32[at * 16 + layout.sequence] ?? 0;
    // Further records of an operation have its times.
    if (sequence === last) continue;
    last = sequence;
    const startNs = f64[at * 8 + layout.startNs] ?? 0;
    const isAnswered = u8[at * 64 + layout.outcome] !== outcomes.pending;
    const endNs = isAnswered ? (f64[at * 8 + layout.endNs] ?? 0) : startNs;
    if (startNs < atNs || endNs < startNs) isBack = true;
    atNs = endNs;
  }
  reached.sequence = last;
  reached.atNs = atNs;
  return isBack;
}
