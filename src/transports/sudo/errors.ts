/** Why sudo started no command: which host, what it said, what to do. */
import { FunbricError } from '../../model/errors.ts';
import { printable } from '../printable.ts';

export function wrongPassword(host: string): FunbricError {
  return new FunbricError('task', `${host}: sudo refused the password: it asked for it again`, {
    hint: 'it was sent once. Is it the password of the user that logs in there, and is one all that sudo wants?',
  });
}

export function noPassword(host: string): FunbricError {
  return new FunbricError('task', `${host}: sudo asks for a password, and none was given`, {
    hint: 'give it: --ask-sudo-pass, or --sudo-password-file FILE; or let sudo run without one there (NOPASSWD)',
  });
}

export function silent(host: string, limitMs: number): FunbricError {
  return new FunbricError('limit', `${host}: sudo didn't start the command within ${limitMs / 1000} s`, {
    hint: 'does it ask a directory (LDAP, SSSD) or a second factor that does not answer? Try: sudo -v there',
  });
}

/** What sudo says, by words of every version that we know, and what to do about it. */
const refusals: readonly (readonly [pattern: RegExp, what: string, hint: string])[] = [
  [
    /not in the sudoers file|may not run sudo|I'm afraid I can't do that/i,
    'its user is not in the sudoers file',
    'let it use sudo there (visudo), or log in as another: -u root',
  ],
  [
    /not allowed to (execute|run)/i,
    'its user may not do this by sudo',
    'sudoers must allow /bin/sh as that user; where it allows single commands only: -- sudo -n COMMAND',
  ],
  [
    /must have a tty/i,
    'its sudo wants a terminal (requiretty), and none is ever asked for here',
    'take it off for that user in sudoers: Defaults:USER !requiretty',
  ],
  [/unknown user/i, 'there is no user of that name', 'check --sudo-user'],
  [/sudo:? (command )?not found/i, 'there is no sudo', 'install it, or log in as root: -u root'],
  [/account (validation|is expired|has expired)|expired/i, 'the account or its password has expired', 'renew it there'],
];

export function refusal({
  host,
  how,
  said,
}: {
  readonly host: string;
  readonly how: string;
  readonly said: string;
}): FunbricError {
  if (/a password is required|authentication (is )?required/i.test(said)) return noPassword(host);
  const words = printable(withoutCommand(said).trim().slice(-300)).trim();
  const known = refusals.find(([pattern]) => pattern.test(said));
  const message = `${host}: ${known?.[1] ?? `sudo started no command, and ${how}`}`;
  const quoted = words === '' ? '' : ` (${words})`;
  return new FunbricError('task', `${message}${quoted}`, { hint: known?.[2] ?? 'try there: sudo -v' });
}

/** sudo repeats what it was to start: that is a script of ours, quoted over and over, and holds what the user's command is given. */
function withoutCommand(said: string): string {
  return said.replace(/(not allowed to (?:execute|run)) '[^]*' as /i, '$1 this as ');
}
