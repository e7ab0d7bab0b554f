/** A connection that ended before the key exchange: of an sshd that is busy, and worth another try, or of something else. */
import type { FunbricError } from '../../model/errors.ts';
import type { Dialled } from '../connection/dial.ts';
import type { Place } from '../place.ts';
import { limitOfDrop } from '../sshd-limits.ts';
import { notSsh } from './errors.ts';
import type { LoginAttempt } from './gate.ts';

export type Drop = Extract<LoginAttempt<never>, { readonly kind: 'dropped' }>;

/** `said`: the words that came instead of SSH. `found`: how it ended, for where there were none. */
export function judgeDrop(
  { place, dialled }: { readonly place: Place; readonly dialled: Dialled },
  said: string | undefined,
  found: string,
): Drop | FunbricError {
  if (said !== undefined)
    return limitOfDrop(said) === undefined ? notSsh(place, said) : { kind: 'dropped', reason: said };
  const early = dialled.endedEarly?.();
  return early === undefined
    ? { kind: 'dropped', reason: found }
    : { kind: 'dropped', reason: early, isOnTheWay: true };
}
