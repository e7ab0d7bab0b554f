/** Gives events their times. Apart from their schemas, which a command on many hosts would load for nothing. */
import type { RunEvent, RunEventBody } from './events.ts';

export interface Clocks {
  readonly now: () => Date;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/** The start is now. */
export function stamper({ now, nowMs }: Clocks): (body: RunEventBody) => RunEvent {
  const startMs = nowMs();
  return (body) => ({ at: now().toISOString(), atMs: Math.round(nowMs() - startMs), ...body });
}
