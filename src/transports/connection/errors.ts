/** Why there is no connection to a host, or no longer: nothing answers, a limit passed, something on the way gave up. */
import { errorCodeOf, type FunbricError } from '../../model/errors.ts';
import { unreachable, type Place } from '../place.ts';
import { printable } from '../printable.ts';

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
export class ConnectLimitPassed {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What to throw when the signal ended the work: the limit, named with what it hit, or the caller's own reason. */
export function abortedAt(place: Place, stage: 'connecting' | 'key exchange' | 'login', reason: unknown): unknown {
  if (!(reason instanceof ConnectLimitPassed)) return reason;
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
