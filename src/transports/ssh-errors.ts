/** Why a host couldn't be reached over SSH: which host, which address, what was found, what to do. */
import { errorCodeOf, FunbricError } from '../model/errors.ts';
import type { HostKeyVerdict } from './known-hosts.ts';
import { adviceOnDrop, adviceOnGrace, adviceOnLogin } from './sshd-limits.ts';

/** A host as messages name it. */
export interface Place {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export function placeText({ name, address, port }: Place): string {
  return `${name} (${address.includes(':') ? `[${address}]` : address}:${port})`;
}

/** How long a connection may say nothing. */
export interface IdleLimit {
  /** Between questions to a silent host. */
  readonly keepaliveMs: number;
  /** So many may stay unanswered; the host is lost when the next one is due. */
  readonly keepalives: number;
}

/** Why a connection ended, from what ssh2 says of it. */
export function endReason(error: Error, { keepaliveMs, keepalives }: IdleLimit): string {
  if (error.message !== 'Keepalive timeout') return printable(error.message);
  const seconds = (keepaliveMs * (keepalives + 1)) / 1000;
  return `it was silent for ${seconds} s, which is the idle limit (${keepalives} keepalives, ${keepaliveMs / 1000} s apart)`;
}

/** The reason of a signal that ended a login because its limit passed. */
export class ConnectLimit {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What to throw when the signal ended the work: the limit, named with what it hit, or the caller's own reason. */
export function abortedAt(place: Place, stage: 'connecting' | 'key exchange' | 'login', reason: unknown): unknown {
  if (!(reason instanceof ConnectLimit)) return reason;
  const hints = {
    connecting: 'nothing answers there: check the address, the network and firewalls, or raise -t',
    'key exchange': 'something listens there but says nothing: is it sshd, and is that machine overloaded? Or raise -t',
    login: 'sshd takes long to log in (DNS, PAM, LDAP?), or an agent waits for you; or raise -t',
  } as const;
  return unreachable(
    place,
    `timed out in ${stage} after ${reason.ms / 1000} s, which is the connect limit`,
    hints[stage],
  );
}

export function socketFailed(place: Place, error: Error): FunbricError {
  const code = errorCodeOf(error) ?? '';
  switch (code) {
    case 'ECONNREFUSED':
      return unreachable(
        place,
        'connection refused',
        'no sshd listens there: check the port (-p) and that sshd runs',
        error,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unreachable(
        place,
        `the name ${JSON.stringify(place.address)} isn't found (${code})`,
        'check the spelling in -H or hosts.json, and the DNS of this machine',
        error,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return unreachable(place, `no route (${code})`, 'check the network between this machine and that address', error);
    case 'ETIMEDOUT':
      return unreachable(place, 'timed out in connecting', 'check the address, the network and firewalls', error);
    default:
      return unreachable(place, printable(error.message), 'check the address and the network', error);
  }
}

/** What to mend where something on the way ended a connection. */
export const routeHint = 'mend the way there: ProxyJump, ProxyCommand, -J';

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

export function keyRefused(given: {
  readonly place: Place;
  readonly verdict: Exclude<HostKeyVerdict, { readonly kind: 'known' }>;
  /** `ssh-ed25519 SHA256:...` */
  readonly key: string;
  readonly files: readonly string[];
  /** As known_hosts writes the host. */
  readonly knownAs: string;
  /** Why its certificate doesn't count, where it has one. */
  readonly mistake?: string | undefined;
}): FunbricError {
  const { place, verdict, key, files, knownAs } = given;
  const certificate =
    given.mistake === undefined ? '' : `, and its certificate doesn't count: ${printable(given.mistake)}`;
  switch (verdict.kind) {
    case 'unknown': {
      const where = files.length === 0 ? 'and there is no known_hosts file' : `it isn't in ${files.join(', ')}`;
      return unreachable(
        place,
        `its host key ${key} is unknown: ${where}${certificate}`,
        `compare it with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there), then use --accept-new once: that adds it to ${files[0] ?? 'known_hosts'}`,
      );
    }
    case 'changed':
      return unreachable(
        place,
        `its host key changed: ${verdict.file}:${verdict.line} has another one than ${key}${certificate}`,
        `it was installed anew, or someone answers in its place. Once you know which: ssh-keygen -R '${knownAs}' -f '${verdict.file}'`,
      );
    case 'revoked':
      return unreachable(
        place,
        `its host key ${key} is revoked by ${verdict.file}${verdict.line === undefined ? '' : `:${verdict.line}`}`,
        'that key must never be trusted again: give the host a new one',
      );
  }
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

export function unreachable(place: Place, found: string, hint: string, cause?: Error): FunbricError {
  return new FunbricError('unreachable', `${placeText(place)}: ${found}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Text of a server, short and without control characters. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 300);
}
