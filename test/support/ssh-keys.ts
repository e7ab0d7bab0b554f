/** Keys and host certificates, made by ssh-keygen as on any machine. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Gives the path back. */
export function makeKey(path: string, { type = 'ed25519', passphrase = '' } = {}): string {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'funbric-test', '-f', path]);
  return path;
}

/** `ssh-ed25519 AAAA...` */
export function publicKeyOf(path: string): string {
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim();
}

/** Signs a host's key; `more` are further options of ssh-keygen, such as -n NAMES. Gives the certificate's path. */
export function certify(authority: string, key: string, more: readonly string[] = [], isForHosts = true): string {
  const kind = isForHosts ? ['-h'] : [];
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', ...kind, ...more, `${key}.pub`], { stdio: 'pipe' });
  return `${key}-cert.pub`;
}
