/**
 * What the known_hosts files say of a host's key, decided as OpenSSH does: a line with the same key makes it known, else
 * any other key makes it changed, and a revoked key is revoked whatever else is there. A certificate authority's line
 * says nothing about plain keys, only about certificates that it signed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errorCodeOf } from '../../model/errors.ts';
import { withFileLock } from './file-lock.ts';
import { readBounded } from '../read-bounded.ts';

interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export interface KnownHostsLine extends Place {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  readonly patterns: string;
  /** As in the file: `ssh-rsa`, also for keys that sign with rsa-sha2. */
  readonly keyType: string;
  readonly key: Buffer;
}

export interface HostAddress {
  readonly host: string;
  readonly port: number;
  /** HostKeyAlias: looked up instead, without a port. */
  readonly alias?: string | undefined;
}

export type HostKeyVerdict =
  | { readonly kind: 'unknown' }
  | ({ readonly kind: 'known' } & Place)
  | ({ readonly kind: 'changed' } & Place)
  /** No line of a list in compact form. */
  | { readonly kind: 'revoked'; readonly file: string; readonly line?: number };

/** The lines of all files in their order; files that aren't there have none. Throws what reading else throws. */
export type KnownHostsReader = (files: readonly string[]) => readonly KnownHostsLine[];

/** Looks at the files each time, as they may have grown. What hasn't changed is read no second time, and given as it was. */
export function knownHostsReader(): KnownHostsReader {
  const read = new Map<string, { readonly states: string; readonly lines: readonly KnownHostsLine[] }>();
  return (files) => {
    const key = files.join('\0');
    // Before it is read: what changes meanwhile is seen the next time.
    const states = files.map(stateOf).join();
    const known = read.get(key);
    if (known?.states === states) return known.lines;
    const lines = files.flatMap((file) => parseKnownHosts(readIfThere(file), file));
    read.set(key, { states, lines });
    return lines;
  };
}

/** A line that is added changes the size, a file that takes another's place has a number of its own. */
function stateOf(file: string): string {
  try {
    const found = statSync(file, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? '' : [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
  } catch {
    // Reading it tells what is wrong.
    return '';
  }
}

function readIfThere(file: string): string {
  try {
    return readBounded(file).toString('utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCodeOf(error) ?? '')) return '';
    throw error;
  }
}

export function parseKnownHosts(text: string, file: string): readonly KnownHostsLine[] {
  return text.split('\n').flatMap((content, index) => {
    const words = content.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined;
    const [patterns, keyType, key] = words;
    if (patterns === undefined || keyType === undefined || key === undefined || patterns.startsWith('#')) return [];
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return [];
    const kind = marker === undefined ? 'none' : marker === '@revoked' ? 'revoked' : 'cert-authority';
    return [{ file, line: index + 1, marker: kind, patterns, keyType, key: Buffer.from(key, 'base64') } as const];
  });
}

/** What the lines say of one host, matched once: a hashed file costs an HMAC a line. */
export interface KnownKeys {
  verdictOf(key: Buffer): HostKeyVerdict;
  /** Something is said of authorities, so that a certificate would count. */
  readonly isCertificateWanted: boolean;
  /** `unknown`: its authority isn't trusted for this host, so that only the plain key counts. */
  certificateVerdictOf(certificate: { readonly plainKey: Buffer; readonly authorityKey: Buffer }): HostKeyVerdict;
  /** Types of the keys that it may have, so that it is asked for one of these first. */
  readonly keyTypes: readonly string[];
}

export function knownKeysOf(lines: readonly KnownHostsLine[], at: HostAddress): KnownKeys {
  const named = linesOf(lines, nameOf(at));
  // OpenSSH's second look: a key under the bare name also counts for another port, but never makes one changed.
  const isSecondLook = at.alias === undefined && at.port !== 22;
  const bare = isSecondLook ? linesOf(lines, at.host.toLowerCase()) : [];
  const plain = (line: KnownHostsLine): boolean => line.marker === 'none';
  return {
    keyTypes: [...new Set([...named, ...bare].filter(plain).map((line) => line.keyType))],
    isCertificateWanted: [...named, ...bare].some((line) => line.marker !== 'none'),
    certificateVerdictOf({ plainKey, authorityKey }) {
      const isOf = (line: KnownHostsLine): boolean => line.key.equals(authorityKey);
      const revoked = [...named, ...bare].find(
        (line) => line.marker === 'revoked' && (isOf(line) || line.key.equals(plainKey)),
      );
      if (revoked !== undefined) return { kind: 'revoked', ...placeOf(revoked) };
      const trusted = [...named, ...bare].find((line) => line.marker === 'cert-authority' && isOf(line));
      return trusted === undefined ? { kind: 'unknown' } : { kind: 'known', ...placeOf(trusted) };
    },
    verdictOf(key) {
      const isSame = (line: KnownHostsLine): boolean => line.key.equals(key);
      const revoked = [...named, ...bare].find((line) => line.marker === 'revoked' && isSame(line));
      if (revoked !== undefined) return { kind: 'revoked', ...placeOf(revoked) };
      const known = named.filter(plain).find(isSame);
      if (known !== undefined) return { kind: 'known', ...placeOf(known) };
      const other = named.find(plain);
      if (other !== undefined) return { kind: 'changed', ...placeOf(other) };
      const elsewhere = bare.filter(plain).find(isSame);
      return elsewhere === undefined ? { kind: 'unknown' } : { kind: 'known', ...placeOf(elsewhere) };
    },
  };
}

function placeOf({ file, line }: KnownHostsLine): Place {
  return { file, line };
}

/** As known_hosts writes it: the port only where it isn't 22. */
export function nameOf(at: HostAddress): string {
  if (at.alias !== undefined) return at.alias.toLowerCase();
  return at.port === 22 ? at.host.toLowerCase() : `[${at.host.toLowerCase()}]:${at.port}`;
}

interface Numbered {
  /** Where it stands among all. */
  readonly at: number;
  readonly line: KnownHostsLine;
}

/** Most lines have plain names, and each host of a fleet asks for its own: looked up, not looked for. */
interface Index {
  readonly byName: ReadonlyMap<string, readonly Numbered[]>;
  readonly others: readonly Numbered[];
}

const indexes = new WeakMap<readonly KnownHostsLine[], Index>();

/** In their order. */
function linesOf(lines: readonly KnownHostsLine[], name: string): readonly KnownHostsLine[] {
  const index = indexes.get(lines) ?? makeIndex(lines);
  indexes.set(lines, index);
  const found = [...(index.byName.get(name) ?? []), ...index.others.filter(({ line }) => isMatch(line.patterns, name))];
  return found.sort((a, b) => a.at - b.at).map(({ line }) => line);
}

function makeIndex(lines: readonly KnownHostsLine[]): Index {
  const byName = new Map<string, Numbered[]>();
  const others: Numbered[] = [];
  for (const [at, line] of lines.entries()) {
    if (/[*?!|]/.test(line.patterns)) {
      others.push({ at, line });
      continue;
    }
    for (const name of new Set(line.patterns.toLowerCase().split(','))) {
      const named = byName.get(name);
      if (named === undefined) byName.set(name, [{ at, line }]);
      else named.push({ at, line });
    }
  }
  return { byName, others };
}

function isMatch(patterns: string, name: string): boolean {
  if (patterns.startsWith('|')) return isHashOf(patterns, name);
  let isPositive = false;
  for (const pattern of patterns.toLowerCase().split(',')) {
    const isNegated = pattern.startsWith('!');
    if (!isWildcardMatch(isNegated ? pattern.slice(1) : pattern, name)) continue;
    if (isNegated) return false;
    isPositive = true;
  }
  return isPositive;
}

function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt, digest] = hashed.split('|');
  if (version !== '1' || salt === undefined || digest === undefined) return false;
  const expected = Buffer.from(digest, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` and `?` as in ssh_config; goes back to the last star only, so that no pattern takes exponential time. */
function isWildcardMatch(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starText = 0;
  let index = 0;
  while (index < text.length) {
    const character = pattern[at];
    if (character === '*') {
      star = at++;
      starText = index;
    } else if (character === '?' || (character !== undefined && character === text[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++starText;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/**
 * Adds one line to a known_hosts file, which is made where it is missing (0600, its folder 0700). Written beside it and
 * renamed, all without a pause and by one process at a time, so that neither a crash nor another host's line can leave half of
 * it, nor another run lose it.
 */
export function addKnownHost(
  file: string,
  at: HostAddress,
  key: { readonly type: string; readonly blob: Buffer },
): void {
  const target = realPathOf(file);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const line = `${nameOf(at)} ${key.type} ${key.blob.toString('base64')}\n`;
  if (isDevice(target)) {
    appendFileSync(target, line);
    return;
  }
  withFileLock(target, () => appendLine(target, line));
}

function appendLine(target: string, line: string): void {
  // Bytes: comments may be in any encoding.
  const before = existsSync(target) ? readBounded(target) : Buffer.alloc(0);
  const isLineOpen = before.length > 0 && before.at(-1) !== 0x0a;
  const temporary = `${target}.funbric-${process.pid}`;
  try {
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      // All of it or an error: writeSync would write what a full disk takes.
      writeFileSync(fd, Buffer.concat([before, Buffer.from(`${isLineOpen ? '\n' : ''}${line}`)]));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    chmodSync(temporary, 0o600);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** /dev/null, as many have it in ssh_config: a file in its place would break the machine. */
function isDevice(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return false;
  if (found.isCharacterDevice()) return true;
  throw new Error('it is no regular file');
}

/** A known_hosts that is a link stays one. */
function realPathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
