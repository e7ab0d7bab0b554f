/** Exit statuses of what ended by itself or by Ctrl-C; those of errors are in model/errors.ts. */
import type { Verdict } from '../model/finding.ts';

export const interruptedStatus = 130;

export function statusOf(verdict: Verdict): number {
  return { pass: 0, fail: 1, incomplete: 2 }[verdict];
}

/** FAIL beats INCOMPLETE, both beat PASS; an interruption beats all. */
export function worstStatus(statuses: readonly number[]): number {
  return [interruptedStatus, 1, 2].find((status) => statuses.includes(status)) ?? 0;
}
