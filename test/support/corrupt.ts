/**
 * What a broken file system does, done to the run's folder between stress and verify: `--before-verify 'node corrupt.js
 * KIND'`. Writes what it did, as `{code, file, offset}` lines, to planted.json of the run.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bodyOffset, decodeStamp, makePool, stampBytes, stampCheck, type Stamp } from '../../src/model/stamp.ts';

export const corruptions = [
  'flip',
  'zero',
  'swap',
  'delete',
  'truncate',
  'rollback',
  'copy',
  'foreign',
  'phantom',
] as const;
export type Corruption = (typeof corruptions)[number];

export interface Planted {
  readonly code: string;
  readonly file: string;
  /** Undefined: of the whole file. */
  readonly offset?: number;
}

export const corruptScript = fileURLToPath(import.meta.url);
const chunkBytes = 4096;

interface Candidate {
  readonly path: string;
  readonly bytes: Buffer;
  readonly stamps: readonly Stamp[];
}

function corrupt(kind: Corruption, directory: string, snapshot: string | undefined): readonly Planted[] {
  const files = wholeFiles(directory);
  const [first, second] = files;
  if (first === undefined || second === undefined) throw new Error(`no two files with 4 whole chunks in ${directory}`);
  const name = relative(directory, first.path);
  const write = (bytes: Buffer): void => writeFileSync(first.path, bytes);
  switch (kind) {
    case 'flip': {
      const at = 2 * chunkBytes + 1234;
      first.bytes.writeUInt8(first.bytes.readUInt8(at) ^ 0x10, at);
      write(first.bytes);
      return [{ code: 'D05', file: name, offset: at }];
    }
    case 'zero':
      first.bytes.fill(0, chunkBytes, 2 * chunkBytes);
      write(first.bytes);
      return [{ code: 'D11', file: name, offset: chunkBytes }];
    case 'swap': {
      const kept = Buffer.from(chunkOf(first.bytes, 0));
      chunkOf(first.bytes, 2).copy(first.bytes, 0);
      kept.copy(first.bytes, 2 * chunkBytes);
      write(first.bytes);
      return [0, 2].map((chunk) => ({ code: 'D06', file: name, offset: chunk * chunkBytes }));
    }
    case 'delete':
      rmSync(first.path);
      return [{ code: 'D01', file: name }];
    case 'truncate':
      truncateSync(first.path, 3 * chunkBytes);
      return [{ code: 'D19', file: name }];
    case 'copy':
      chunkOf(second.bytes, 1).copy(first.bytes, chunkBytes);
      write(first.bytes);
      return [{ code: 'D07', file: name, offset: chunkBytes }];
    case 'foreign':
      makeForeign(first);
      write(first.bytes);
      return [{ code: 'D08', file: name, offset: 0 }];
    case 'phantom':
      writeFileSync(join(directory, 'own/<img src=x onerror=alert(1)>'), 'who wrote this?');
      return [{ code: 'D03', file: 'own/<img src=x onerror=alert(1)>' }];
    case 'rollback':
      return [rollBack(files, directory, snapshot ?? '')];
  }
}

/** The whole file as it was a while ago: same file, same size, older content. */
function rollBack(files: readonly Candidate[], directory: string, snapshot: string): Planted {
  for (const file of files) {
    const old = wholeFiles(snapshot).find(
      (candidate) => relative(snapshot, candidate.path) === relative(directory, file.path),
    );
    if (old === undefined || old.bytes.length !== file.bytes.length) continue;
    const isSameFile = JSON.stringify(old.stamps[0]?.incarnation) === JSON.stringify(file.stamps[0]?.incarnation);
    const chunk = file.stamps.findIndex(
      (stamp, at) => stamp.generation > (old.stamps[at]?.generation ?? stamp.generation),
    );
    if (!isSameFile || chunk === -1) continue;
    writeFileSync(`${file.path}.old`, old.bytes);
    renameSync(`${file.path}.old`, file.path);
    return { code: 'D04', file: relative(directory, file.path), offset: chunk * chunkBytes };
  }
  throw new Error('no file is in the snapshot with an older generation and the same size');
}

/** A stamp that is right in all but its run. */
function makeForeign({ bytes }: Candidate): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, 8);
  words[1] = (words[1] ?? 0) ^ 0x5a5a5a5a;
  words[7] = stampCheck(words, 0);
}

/** Files of at least four chunks that all explain themselves, in a stable order. */
function wholeFiles(directory: string): readonly Candidate[] {
  const paths = readdirSync(join(directory, 'own'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return paths.map(readCandidate).filter((file) => file !== undefined);
}

function readCandidate(path: string): Candidate | undefined {
  // A copy of its own, so that words can be read in place.
  const bytes = Buffer.from(new Uint8Array(readFileSync(path)).buffer);
  if (bytes.length < 4 * chunkBytes || bytes.length % chunkBytes !== 0) return undefined;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const stamps: Stamp[] = [];
  for (let chunk = 0; chunk < bytes.length / chunkBytes; chunk++) {
    const stamp = decodeStamp(words, (chunk * chunkBytes) / 4);
    if (stamp === undefined || stamp.chunk !== chunk || !isBodyRight(bytes, words, chunk, stamp)) return undefined;
    stamps.push(stamp);
  }
  return { path, bytes, stamps };
}

const pools = new Map<number, Uint8Array>();

function isBodyRight(bytes: Buffer, words: Uint32Array, chunk: number, { runTag }: Stamp): boolean {
  const pool = pools.get(runTag) ?? makePool(runTag, chunkBytes);
  pools.set(runTag, pool);
  const from = bodyOffset(words, (chunk * chunkBytes) / 4);
  const length = chunkBytes - stampBytes;
  const start = chunk * chunkBytes + stampBytes;
  return bytes.compare(pool, from, from + length, start, start + length) === 0;
}

function chunkOf(bytes: Buffer, chunk: number): Buffer {
  return bytes.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes);
}

/** A copy of the run's trees as they are now, for `rollback`. */
export function takeSnapshot(directory: string, target: string): void {
  const entries = readdirSync(join(directory, 'own'), { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const copy = join(target, relative(directory, path));
    mkdirSync(dirname(copy), { recursive: true });
    // A file that is deleted meanwhile is none to go back to.
    if (existsSync(path)) cpSync(path, copy, { force: true });
  }
}

if (process.argv[1] === corruptScript) {
  const [, , kind, snapshot] = process.argv;
  const known = corruptions.find((corruption) => corruption === kind);
  if (known === undefined) throw new Error(`no such corruption: ${kind}`);
  const planted = corrupt(known, process.env['FUNBRIC_DIR'] ?? '', snapshot);
  writeFileSync(join(process.env['FUNBRIC_RUN'] ?? '', 'planted.json'), JSON.stringify(planted));
}
