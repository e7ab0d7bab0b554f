/** Why a login failed: what the host was offered, what it said, which of its settings may be behind it. */
import type { FunbricError } from '../../model/errors.ts';
import { routeHint } from '../connection/errors.ts';
import { unreachable, type Place } from '../place.ts';
import { printable } from '../printable.ts';
import { adviceOnDrop, adviceOnGrace, adviceOnLogin } from '../sshd-limits.ts';

export function droppedTooOften(
  place: Place,
  { reason, isOnTheWay = false }: { readonly reason: string; readonly isOnTheWay?: boolean },
): FunbricError {
  if (isOnTheWay) return unreachable(place, `${reason}, also when tried again`, routeHint);
  return unreachable(
    place,
    `the connection is dropped before the key exchange, also when tried again within the connect limit: ${printable(reason)}`,
    adviceOnDrop(reason),
  );
}

/** What no sshd says, and says again however often it is asked. */
export function notSsh(place: Place, said: string): FunbricError {
  return unreachable(
    place,
    `it isn't SSH that answers there, but ${JSON.stringify(printable(said))}`,
    'is that the port of its sshd (-p, or Port in ssh_config)? A firewall or a proxy on the way may have answered, too',
  );
}

export function handshakeFailed(place: Place, error: Error): FunbricError {
  return unreachable(
    place,
    `no SSH connection: ${printable(error.message)}`,
    'is it an OpenSSH that offers curve25519 or ECDH key exchange and an ed25519, ECDSA or RSA host key?',
    error,
  );
}

export function loginFailed(
  place: Place,
  given: {
    readonly user: string;
    readonly tried: readonly string[];
    readonly skipped: readonly string[];
    /** What the server takes, where it said so. */
    readonly methods: readonly string[];
    readonly said: string | undefined;
    /** From the key exchange on, where that is known. */
    readonly elapsedMs?: number | undefined;
  },
): FunbricError {
  const tried = given.tried.length === 0 ? 'there was nothing to try' : `refused ${given.tried.join(', ')}`;
  const takes = given.methods.length === 0 ? '' : `; it takes ${printable(given.methods.join(', '))}`;
  const said = given.said === undefined ? '' : `; it said: ${printable(given.said)}`;
  const skipped = given.skipped.length === 0 ? '' : ` Not tried: ${given.skipped.join('; ')}.`;
  return unreachable(
    place,
    `login as ${given.user} failed: ${tried}${takes}${said}`,
    `${adviceOnLogin(given) ?? 'give a key with -i, load it into an agent (ssh-add), or give a password (--ask-pass) or another user (-u)'}.${skipped}`,
  );
}

/** sshd doesn't wait for ever for a person. */
export function endedWhileAsked(place: Place, user: string, elapsedMs: number): FunbricError {
  const seconds = (elapsedMs / 1000).toFixed(1);
  return unreachable(
    place,
    `login as ${user} failed: the host closed the connection while a password or passphrase was asked for, ${seconds} s into the login`,
    `${adviceOnGrace}: have it at hand (--ask-pass asks before any login, --password-file reads it), or load the key into an agent (ssh-add)`,
  );
}
