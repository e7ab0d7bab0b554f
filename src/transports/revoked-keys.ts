/** RevokedHostKeys of ssh_config: keys that are refused on every host, one a line, as if known_hosts revoked them for all. */
import { readFileSync } from 'node:fs';
import type { KnownHostsLine } from './known-hosts.ts';

/** The compact form of ssh-keygen -k. */
const krlMagic = 'SSHKRL';

/** Throws where the file can't be read, as then ssh trusts no key at all. */
export function readRevokedKeys(file: string | undefined): readonly KnownHostsLine[] {
  if (file === undefined) return [];
  const text = readFileSync(file, 'latin1');
  if (text.startsWith(krlMagic))
    throw new Error(`${file} is a key revocation list in binary form, which funbric can't read`);
  return text.split('\n').flatMap((content, index) => {
    const [keyType, key] = content.trim().split(/\s+/);
    if (keyType === undefined || key === undefined || keyType.startsWith('#')) return [];
    return [
      { file, line: index + 1, marker: 'revoked', patterns: '*', keyType, key: Buffer.from(key, 'base64') } as const,
    ];
  });
}
