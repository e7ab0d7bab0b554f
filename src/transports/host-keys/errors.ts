/** Why a host's key is refused, and how to find out who is right. */
import type { FunbricError } from '../../model/errors.ts';
import { unreachable, type Place } from '../place.ts';
import { printable } from '../printable.ts';
import type { HostKeyVerdict } from './known-hosts.ts';

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

/** Without the line the next run would accept any key again, so a key that can't be added is a refusal. */
export function keyNotAdded(place: Place, found: string): FunbricError {
  return unreachable(place, found, 'make the file writable, or name another with knownHostsFiles in hosts.json');
}
