/**
 * The limits of sshd, by what they look like from here: which line of sshd_config it is, and what to do. Some say so in
 * words, newer versions more than older ones; most just close the connection.
 */

/** What an sshd of 2024 or later says instead of its version. */
const dropTexts = {
  MaxStartups: /exceeded maxstartups/i,
  PerSourcePenalties: /not allowed at this time/i,
} as const;

export type DropLimit = keyof typeof dropTexts;

/** Of a connection that is dropped before its key exchange: the limit, where sshd's words name it. */
export function limitOfDrop(said: string): DropLimit | undefined {
  if (dropTexts.MaxStartups.test(said)) return 'MaxStartups';
  return dropTexts.PerSourcePenalties.test(said) ? 'PerSourcePenalties' : undefined;
}

export function adviceOnDrop(said: string): string {
  switch (limitOfDrop(said)) {
    case 'MaxStartups':
      return 'sshd drops logins above MaxStartups, and others fill it: raise it in sshd_config there (10:30:100 by default, PerSourceMaxStartups too where it is set), use fewer hosts at once (-P), or raise -t, which bounds the tries';
    case 'PerSourcePenalties':
      return 'sshd puts off our address because logins from here failed before (PerSourcePenalties in sshd_config there): wait some minutes, find what fails to log in from here, or have this address in PerSourcePenaltyExemptList';
    case undefined:
      return 'sshd drops logins above MaxStartups (sshd_config there; 10:30:100 by default), and from addresses in PerSourcePenalties; firewalls and fail2ban do, too: raise it, or use fewer hosts at once (-P)';
  }
}

/** What sshd said last, in words of ours where it said nothing. */
export const closedSilently = 'nothing, and closed the connection';

/** Of a login that failed after the key exchange. */
export function adviceOnLogin({
  said,
  elapsedMs = 0,
}: {
  readonly said: string | undefined;
  readonly elapsedMs?: number | undefined;
}): string | undefined {
  if (said !== undefined && /too many authentication failures/i.test(said)) {
    return 'sshd takes so many keys a login as MaxAuthTries says (sshd_config there; 6 by default): name the one key with -i, or with IdentityFile and IdentitiesOnly yes in ssh_config';
  }
  // sshd gives no reason for this, and takes no less than a second for it.
  if (said === closedSilently && elapsedMs >= shortestGraceMs) {
    return `sshd there may give a login less time than it takes (LoginGraceTime in sshd_config there; this one had ${(elapsedMs / 1000).toFixed(1)} s)`;
  }
  return undefined;
}

export const adviceOnGrace = 'a login has as long as LoginGraceTime says (sshd_config there; 120 s by default)';

const shortestGraceMs = 900;

export const adviceOnChannel =
  'sshd there may allow no sessions (MaxSessions in sshd_config there; 10 by default) or no commands (ForceCommand)';
