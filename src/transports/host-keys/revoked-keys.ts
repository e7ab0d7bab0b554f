/**
 * RevokedHostKeys of ssh_config: keys that are refused on every host. Keys one a line count as if known_hosts revoked them
 * for all; of a list in the compact form of `ssh-keygen -k` (a KRL), which may also revoke certificates by their number,
 * ssh-keygen itself is asked.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnownHostsLine } from './known-hosts.ts';
import { readBounded } from '../read-bounded.ts';

export interface RevokedKeys {
  readonly lines: readonly KnownHostsLine[];
  /** Where it is a KRL: `isRevokedIn` tells what is in it. */
  readonly compactFile?: string;
}

const compactMagic = 'SSHKRL';

/** Throws where the file can't be read, as then ssh trusts no key at all. */
export function readRevokedKeys(file: string | undefined): RevokedKeys {
  if (file === undefined) return { lines: [] };
  const text = readBounded(file).toString('latin1');
  if (text.startsWith(compactMagic)) return { lines: [], compactFile: file };
  const lines = text.split('\n').flatMap((content, index) => {
    const [keyType, key] = content.trim().split(/\s+/);
    if (keyType === undefined || key === undefined || keyType.startsWith('#')) return [];
    return [
      { file, line: index + 1, marker: 'revoked', patterns: '*', keyType, key: Buffer.from(key, 'base64') } as const,
    ];
  });
  return { lines };
}

/** ssh-keygen answers in 5 ms; nothing else goes on meanwhile. */
const questionMs = 5000;

const answers = { kept: 0, revoked: 1 } as const;

/** A key or a certificate. Throws where nobody can tell, so that it isn't trusted. */
export function isRevokedIn(
  compactFile: string,
  { type, blob }: { readonly type: string; readonly blob: Buffer },
): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'funbric-key-'));
  try {
    const asked = join(folder, 'key.pub');
    writeFileSync(asked, `${type} ${blob.toString('base64')}\n`);
    const { status, error, stderr } = spawnSync('ssh-keygen', ['-Q', '-f', compactFile, asked], {
      encoding: 'utf8',
      timeout: questionMs,
    });
    if (status === answers.kept) return false;
    if (status === answers.revoked) return true;
    throw new Error(`ssh-keygen can't tell whether its key is in ${compactFile}: ${error?.message ?? stderr.trim()}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
