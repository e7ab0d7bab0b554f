/**
 * What faults of a crash share: while the workload runs they note, beside the run's folder, what the file system said it had
 * kept and will not have; between stress and verify the test does what the crash does with it.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeStamp } from '../../src/model/stamp.ts';
import type { FileOperations } from '../../src/workloads/operations.ts';
import { chunkAt, chunksOf, copyOf, momentsOf, readBack, tracked, wordsOf, type FaultOptions } from './fault.ts';

/** Everything that a crash is about. */
export const syncedWork = {
  consistency: 'posix',
  operationsLimit: 2_000,
  fileBytes: 65_536,
  filesPerFolder: 4,
  fsyncEvery: 1,
  weights: {
    mkdir: 0,
    delete: 3,
    list: 2,
    touch: 10,
    stat: 2,
    read: 20,
    write: 40,
    rename: 12,
    truncate: 1,
    append: 2,
    copy: 1,
    renameOnto: 1,
    fsyncFolder: 25,
  },
} as const;

const noteFile = 'lost.ndjson';

function note(path: string, line: unknown): void {
  appendFileSync(join(path.slice(0, path.lastIndexOf('/funbric-')), noteFile), `${JSON.stringify(line)}\n`);
}

function notes(runDirectory: string): readonly unknown[] {
  const path = join(dirname(runDirectory), noteFile);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Some writes over older data are noted, with that, when the file is synced, or when it is closed. */
export function notedWrites(operations: FileOperations, options: FaultOptions, at: 'sync' | 'close'): FileOperations {
  const { tracked: inner, fileOf } = tracked(operations);
  const moments = momentsOf(options);
  /** By path: what the next sync of the file is to cover. */
  const pending = new Map<string, { readonly key: string; readonly old: string }[]>();
  const keep = (path: string): void => {
    for (const line of pending.get(path) ?? []) note(path, line);
    pending.delete(path);
  };
  return {
    ...inner,
    write(fd, buffer, offset, length, position) {
      const path = fileOf(fd)?.path ?? '';
      const old = readBack(operations, path, { position, length });
      const written = Buffer.from(copyOf(buffer, offset, length).buffer);
      const { starts, chunkBytes } = chunksOf(written);
      const lost = starts.flatMap((start) => {
        const there = Buffer.from(chunkAt(old, start, chunkBytes));
        const [key, before] = [keyOf(chunkAt(written, start, chunkBytes)), keyOf(there)];
        const isSameFile = key !== undefined && before !== undefined && fileOfKey(key) === fileOfKey(before);
        return isSameFile && there.length === chunkBytes ? [{ key, old: there.toString('base64') }] : [];
      });
      if (lost.length > 0 && moments.isNow()) pending.set(path, lost);
      return operations.write(fd, buffer, offset, length, position);
    },
    fsync(fd) {
      const { path } = fileOf(fd) ?? { path: '' };
      if (at === 'sync') keep(path);
      // The file system does nothing, and says that it did.
      else operations.fsync(fd);
    },
    close(fd) {
      const { path } = fileOf(fd) ?? { path: '' };
      inner.close(fd);
      if (at === 'close') keep(path);
    },
  };
}

/** Chunks that were noted, and are as they were, are old again, from some byte of each on. */
export function loseWrites(runDirectory: string, from: (chunkBytes: number) => number = () => 0): void {
  const lost = new Map<string, Buffer>();
  for (const line of notes(runDirectory)) {
    if (isLostWrite(line)) lost.set(line.key, Buffer.from(line.old, 'base64'));
  }
  for (const path of filesBelow(join(runDirectory, 'own'))) {
    const bytes = Buffer.from(copyOf(readFileSync(path), 0, readFileSync(path).length).buffer);
    const { starts, chunkBytes } = chunksOf(bytes);
    let isChanged = false;
    for (const start of starts) {
      const old = lost.get(keyOf(chunkAt(bytes, start, chunkBytes)) ?? '');
      if (old === undefined) continue;
      old.copy(bytes, start + from(chunkBytes), from(chunkBytes));
      isChanged = true;
    }
    if (isChanged) writeFileSync(path, bytes, { flag: 'r+' });
  }
}

function isLostWrite(line: unknown): line is { readonly key: string; readonly old: string } {
  return typeof line === 'object' && line !== null && 'key' in line && 'old' in line;
}

/** `creator/operation/chunk/generation` */
function keyOf(chunk: Buffer): string | undefined {
  const stamp =
    chunk.length < 32 ? undefined : decodeStamp(wordsOf(Buffer.from(copyOf(chunk, 0, chunk.length).buffer)), 0);
  if (stamp === undefined) return undefined;
  return [stamp.incarnation.creator, stamp.incarnation.operation, stamp.chunk, stamp.generation].join('/');
}

function fileOfKey(key: string): string {
  return key.split('/').slice(0, 2).join('/');
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

interface Entry {
  /** Empty: a new file. */
  readonly from: string;
  readonly to: string;
}

/** Entries that were made by open or by rename are noted when all folders that hold them are synced; and each change of a name. */
export function notedEntries(operations: FileOperations, options: FaultOptions, of: 'open' | 'rename'): FileOperations {
  const { tracked: inner, fileOf } = tracked(operations);
  const moments = momentsOf(options);
  let pending: (Entry & { readonly unsynced: Set<string> })[] = [];
  const forget = (...paths: readonly string[]): void => {
    pending = pending.filter(({ from, to }) => !paths.includes(from) && !paths.includes(to));
    for (const path of paths) note(path, { changed: path });
  };
  return {
    ...inner,
    open(path, flags, mode) {
      const fd = inner.open(path, flags, mode);
      if (fileOf(fd)?.isNew !== true) return fd;
      forget(path);
      if (of === 'open' && moments.isNow()) pending.push({ from: '', to: path, unsynced: new Set([dirname(path)]) });
      return fd;
    },
    unlink(path) {
      operations.unlink(path);
      forget(path);
    },
    copy(from, to) {
      operations.copy(from, to);
      forget(to);
    },
    rename(from, to) {
      const isPlain = of === 'rename' && !existsSync(to);
      operations.rename(from, to);
      forget(from, to);
      if (isPlain) pending.push({ from, to, unsynced: new Set([dirname(from), dirname(to)]) });
    },
    fsync(fd) {
      operations.fsync(fd);
      const { path } = fileOf(fd) ?? { path: '' };
      for (const { from, to, unsynced } of pending) {
        if (unsynced.delete(path) && unsynced.size === 0) note(to, { from, to });
      }
      pending = pending.filter(({ unsynced }) => unsynced.size > 0);
    },
  };
}

/** Entries that were noted, and are as they were, are gone again, or have their old name again. */
export function loseEntries(runDirectory: string): void {
  const lost = new Map<string, Entry>();
  for (const line of notes(runDirectory)) {
    if (isEntry(line)) lost.set(line.to, line);
    else if (isChanged(line)) {
      for (const { from, to } of lost.values()) if (from === line.changed || to === line.changed) lost.delete(to);
    }
  }
  for (const { from, to } of lost.values()) {
    if (from === '') rmSync(to);
    else renameSync(to, from);
  }
}

function isEntry(line: unknown): line is Entry {
  return typeof line === 'object' && line !== null && 'from' in line && 'to' in line;
}

function isChanged(line: unknown): line is { readonly changed: string } {
  return typeof line === 'object' && line !== null && 'changed' in line;
}
