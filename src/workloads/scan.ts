/**
 * Verify: what is really there, written down without judging. Every host scans every tree, twice, its workers sharing
 * the trees; the first also looks at the parts of the run's folder that belong to no tree.
 */
import { constants } from 'node:fs';
import { readFlags, recordKinds } from '../model/record.ts';
import {
  arenaOf,
  folderOf,
  foldersOfTree,
  isRunFile,
  nameOf,
  objectOf,
  ownFolder,
  parsePath,
  pathOf,
  treeOf,
} from '../model/namespace.ts';
import { chunkBuffer, type ChunkBuffer } from './chunk-buffer.ts';
import type { Content } from './content.ts';
import type { FilesSpec } from './files-spec.ts';
import { closeQuietly, type FileOperations } from './operations.ts';
import { cutPath, typeOfEntry, type DirectoryEntry } from './listing.ts';
import type { ExtraCalls } from './extra-calls.ts';
import { scanLines } from './scan-lines.ts';
import { maxRuns, type ReadPlace, type Trace } from './trace.ts';
import { visibleName } from './visible-name.ts';
import { lookAtXattr } from './xattr-looks.ts';
import type { Recorder } from './workload.ts';

/** Large enough to read fast, small enough to stay in a cache. */
const readBytes = 1 << 20;

/** A finished operation is the only sign of progress: on a slow disk, a minute must do for this much. */
const maxOperationBytes = 64 << 20;

export interface ScanOptions {
  readonly spec: FilesSpec;
  readonly content: Content;
  /** The trees that this worker scans. */
  readonly owners: readonly number[];
  /** Which of the hosts that see the same directory this one is. */
  readonly rank: number;
  readonly ranks: number;
  /** All trees of the run, of which it scans none of the others. */
  readonly trees: number;
  readonly isFirstWorker: boolean;
  readonly runPath: string;
  readonly operations: FileOperations;
  readonly recorder: Recorder;
  readonly trace: Trace;
  readonly extra: ExtraCalls;
  readonly isStopped: () => boolean;
}

export class Scan {
  readonly #options: ScanOptions;
  readonly #buffer: ChunkBuffer;
  /** Paths of the notes that were made: the second scan doesn't repeat them. */
  readonly #noted = new Set<string>();

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#buffer = chunkBuffer(Math.max(readBytes, options.spec.chunkBytes));
  }

  run(): void {
    for (const flags of [0, readFlags.secondScan]) {
      for (const owner of this.#options.owners) this.#scanTree(owner, flags);
      if (this.#options.isFirstWorker) this.#scanOutside();
    }
  }

  #scanTree(owner: number, flags: number): void {
    for (let folder = 0; folder < foldersOfTree; folder++) {
      if (this.#options.isStopped()) return;
      this.#scanFolder(owner, nameOf({ kind: 'folder', folder }), flags);
    }
    const tree = treeOf(owner);
    for (const entry of this.#entriesOf(tree)) {
      const path = `${tree}/${visibleName(entry.name)}`;
      if (parsePath(path) === undefined || !entry.isDirectory) this.#noteEntry(path, entry);
    }
  }

  #scanFolder(owner: number, name: number, flags: number): void {
    const { operations, trace } = this.#options;
    const folder = pathOf(owner, name);
    let entries: readonly DirectoryEntry[];
    trace.begin(recordKinds.scanList, owner, name, flags);
    try {
      entries = operations.readdir(this.#at(folder));
      trace.setSize(entries.length);
      trace.succeed();
    } catch (error) {
      trace.fail(error);
      return;
    }
    for (const entry of sorted(entries)) {
      if (this.#options.isStopped()) return;
      const path = `${folder}/${visibleName(entry.name)}`;
      const found = parsePath(path);
      const kind = found === undefined ? undefined : objectOf(found.name).kind;
      if (found !== undefined && kind === 'file' && entry.isFile) {
        if (arenaOf(owner) === 'append') this.#scanLines(owner, found.name, flags);
        else this.#scanFile(owner, found.name, flags);
      } else if (found !== undefined && kind === 'subfolder' && entry.isDirectory) {
        this.#scanEntry(owner, found.name, flags);
        for (const inside of this.#entriesOf(path)) this.#noteEntry(`${path}/${visibleName(inside.name)}`, inside);
      } else if (found !== undefined && kind === 'symlink' && typeOfEntry(entry) === 'other') {
        this.#scanEntry(owner, found.name, flags);
      } else this.#noteEntry(path, entry);
    }
  }

  #scanFile(owner: number, name: number, flags: number): void {
    this.#scanEntry(owner, name, flags);
    // Counters are no chunks, and read where it is known that nobody writes them.
    if (arenaOf(owner) === 'locks') return;
    const { operations, trace, extra } = this.#options;
    if (arenaOf(owner) === undefined && extra.has('setxattr'))
      lookAtXattr(this.#options, { owner, name, flags, path: this.#at(pathOf(owner, name)) });
    const place: ReadPlace = { owner, name, flags, path: () => pathOf(owner, name) };
    let fd = -1;
    trace.beginRead(recordKinds.scanRead, place, 0);
    try {
      fd = operations.open(this.#at(pathOf(owner, name)), constants.O_RDONLY | constants.O_NOFOLLOW);
      this.#readWhole(fd, place);
    } catch (error) {
      trace.fail(error);
    }
    if (fd >= 0) closeQuietly(operations, fd);
  }

  /** In each scan, another host tells a file's lines. */
  #scanLines(owner: number, name: number, flags: number): void {
    const { rank, ranks } = this.#options;
    this.#scanEntry(owner, name, flags);
    const isMine = (name + folderOf(name) + flags) % ranks === rank;
    const place = { owner, name, path: this.#at(pathOf(owner, name)) };
    scanLines(this.#options, { ...place, flags: isMine ? flags | readFlags.inDetail : flags });
  }

  /** One operation, unless the file is so long, or so motley that its runs don't fit: then another from there on. */
  #readWhole(fd: number, place: ReadPlace): void {
    const { trace, spec } = this.#options;
    const { bytes: target } = this.#buffer;
    const { chunkBytes } = spec;
    // A file of ours is never longer; of one that is, the size tells.
    const limit = spec.fileBytes + chunkBytes;
    let at = 0;
    let from = 0;
    while (at < limit) {
      const bytes = this.#readFully(fd, Math.min(target.length, limit - at), at);
      const isFull = trace.runs + bytes / chunkBytes > maxRuns || at - from >= maxOperationBytes;
      if (isFull && at > from) {
        trace.setSize(at - from);
        trace.endRead(at - from);
        trace.beginRead(recordKinds.scanRead, place, at / chunkBytes);
        from = at;
      }
      trace.observe(this.#buffer, bytes, at / chunkBytes, place);
      at += bytes;
      if (bytes < target.length) break;
      if (this.#options.isStopped()) {
        trace.cancel();
        return;
      }
    }
    trace.mark();
    trace.setSize(at - from);
    trace.endRead(at - from);
  }

  /** Reads on after a short count, so that a chunk is only cut where the file ends. */
  #readFully(fd: number, bytes: number, position: number): number {
    let done = 0;
    while (done < bytes) {
      const count = this.#options.operations.read(fd, this.#buffer.bytes, done, bytes - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  #scanEntry(owner: number, name: number, flags: number): void {
    const { operations, trace } = this.#options;
    trace.begin(recordKinds.scanEntry, owner, name, flags);
    try {
      trace.setStats(operations.stat(this.#at(pathOf(owner, name))));
      trace.succeed();
    } catch (error) {
      trace.fail(error);
    }
  }

  /** The run's folder and `own/` hold nothing but what every run has there. */
  #scanOutside(): void {
    for (const entry of this.#entriesOf('')) {
      if (!isRunFile(visibleName(entry.name))) this.#noteEntry(visibleName(entry.name), entry);
    }
    for (const entry of this.#entriesOf(ownFolder)) {
      const path = `${ownFolder}/${visibleName(entry.name)}`;
      const owner = Number(visibleName(entry.name));
      const isTree = owner < this.#options.trees && treeOf(owner) === path && entry.isDirectory;
      if (!isTree) this.#noteEntry(path, entry);
    }
  }

  /** Not an operation of the history: what can't be listed here is listed with an error in its tree's records. */
  #entriesOf(path: string): readonly DirectoryEntry[] {
    try {
      return sorted(this.#options.operations.readdir(this.#at(path)));
    } catch {
      return [];
    }
  }

  #noteEntry(path: string, entry: DirectoryEntry): void {
    if (this.#noted.has(path)) return;
    this.#noted.add(path);
    const size = this.#sizeOf(path);
    this.#options.recorder.note({ kind: 'entry', path: cutPath(path), size, type: typeOfEntry(entry) });
  }

  #sizeOf(path: string): number {
    try {
      return this.#options.operations.stat(this.#at(path)).size;
    } catch {
      // The name may be no text that can be given back, or be gone; that it was listed is what counts.
      return 0;
    }
  }

  #at(path: string): string {
    return path === '' ? this.#options.runPath : `${this.#options.runPath}/${path}`;
  }
}

function sorted(entries: readonly DirectoryEntry[]): readonly DirectoryEntry[] {
  return [...entries].sort((a, b) => Buffer.compare(a.name, b.name));
}
