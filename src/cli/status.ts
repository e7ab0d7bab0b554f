/** Exit statuses of what ended by itself or by Ctrl-C; those of errors are in model/errors.ts. */
import { FunbricError } from '../model/errors.ts';
import type { Verdict } from '../model/finding.ts';

export const interruptedStatus = 130;

/** As shells say of what ends because its reader has gone (`yes | head`). */
export const brokenPipeStatus = 141;

export function statusOf(verdict: Verdict): number {
  return { pass: 0, fail: 1, incomplete: 2 }[verdict];
}

/** Of what `signal` may have ended: a limit that passed makes it incomplete, as any other limit does. */
export function statusAfter(signal: AbortSignal, verdict: Verdict): number {
  if (!signal.aborted) return statusOf(verdict);
  if (limitOf(signal).reason === undefined) return interruptedStatus;
  return statusOf(verdict === 'pass' ? 'incomplete' : verdict);
}

/** The limit that ended the whole run, if one did. */
export function limitOf(signal: AbortSignal): { readonly reason?: string } {
  const reason: unknown = signal.reason;
  return reason instanceof FunbricError && reason.code === 'limit' ? { reason: reason.message } : {};
}

/** FAIL beats INCOMPLETE, both beat PASS; an interruption beats all. */
export function worstStatus(statuses: readonly number[]): number {
  return [interruptedStatus, 1, 2].find((status) => statuses.includes(status)) ?? 0;
}
