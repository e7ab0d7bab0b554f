/**
 * Names from a host, as names of ours: a name that is plain on every system stays as it is, and every byte of it that isn't
 * is written as %XX. Two names that a file system of ours may take for one (README and readme) get different ones.
 */
import { createHash } from 'node:crypto';

/** The host's paths, bytes as latin1, to paths below a folder of ours. Never absolute, never through `..`. */
export function localPaths(paths: readonly string[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  const taken = new Set<string>();
  const place = (path: string): string => {
    const known = places.get(path);
    if (known !== undefined) return known;
    const cut = path.lastIndexOf('/');
    const folder = cut < 0 ? '' : `${place(path.slice(0, cut))}/`;
    const name = path.slice(cut + 1);
    const plain = folder + plainName(name);
    const local = taken.has(folded(plain)) ? folder + strictName(name, /[^0-9._-]/g) : plain;
    taken.add(folded(local));
    places.set(path, local);
    return local;
  };
  // In one order, so that the same folder gets the same names each time.
  for (const path of [...paths].sort()) place(path);
  return places;
}

/** The name of a host, as the operator wrote it, for a folder of its files: another for each host, on every file system. */
export function hostFolderName(name: string): string {
  return strictName(Buffer.from(name).toString('latin1'));
}

/** Letters, digits and signs of any script, and spaces in the middle; not what some system reserves. */
export function plainName(name: string): string {
  const text = decoded(name);
  if (text === undefined || text === '.' || text === '..') return strictName(name);
  const encoded = Array.from(text, (character, at) => (isPlain(character, at) ? character : percent(character))).join(
    '',
  );
  const closed = encoded.replace(/[. ]$/, percent);
  return shortened(
    /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(closed) ? percent(closed[0] ?? '') + closed.slice(1) : closed,
    name,
  );
}

/** With letters encoded too, no two names have the same one, whatever a file system makes of case and accents. */
function strictName(name: string, strange = /[^a-z0-9._-]/g): string {
  const encoded = name.replaceAll(strange, (byte) => percentByte(byte.charCodeAt(0)));
  return shortened(/^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded, name);
}

function decoded(name: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(name, 'latin1'));
  } catch {
    return undefined;
  }
}

function isPlain(character: string, at: number): boolean {
  if (at === 0 && /[- ]/.test(character)) return false;
  return /^[\p{L}\p{N}\p{M}\p{P}\p{S} ]$/u.test(character) && !/[%\\/:*?"<>|]/.test(character);
}

function percent(text: string): string {
  return Array.from(Buffer.from(text), percentByte).join('');
}

function percentByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Of a name; encoded it may be longer, and file systems take 255. */
const maxNameBytes = 200;

function shortened(encoded: string, name: string): string {
  if (Buffer.byteLength(encoded) <= maxNameBytes) return encoded;
  const start = name.replaceAll(/[^a-z0-9_-]/g, '').slice(0, 100);
  return `${start}~${createHash('sha256').update(name, 'latin1').digest('hex').slice(0, 32)}`;
}

/** As macOS and Windows compare. */
function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
