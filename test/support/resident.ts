/** A process's memory as Linux counts it. */
import { readFileSync } from 'node:fs';

/** The most that it had at any time so far; 0 where it is gone. */
export function peakBytes(pid: number | undefined): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
