/**
 * What a worker does to the content of its own files: stamped writes and appends, truncates, and the syncs that make them
 * last. Each is recorded before it is tried; a file whose content an error leaves uncertain is tainted.
 */
import { constants } from 'node:fs';
import { readFlags, recordKinds } from '../model/record.ts';
import type { ChunkBuffer } from './chunk-buffer.ts';
import type { Change } from './content.ts';
import { directFlag, isDirect } from './direct.ts';
import { edgeSize, edgeTail, isAtEdge } from './edges.ts';
import { closeQuietly } from './operations.ts';
import { transferBuffer, transferOf, type StressOptions } from './stress-options.ts';
import { bytesOf, type FileSize, type Tree } from './tree.ts';

const { O_APPEND, O_DSYNC, O_SYNC, O_WRONLY } = constants;

export class ContentChanges {
  readonly #options: StressOptions;
  readonly #tree: Tree;
  readonly #buffer: ChunkBuffer;
  /** Zeros, a chunk of them, with the buffer behind: what an append to a file that ends inside a chunk fills that up with. */
  readonly #filled: Buffer;
  readonly #change: Change;
  readonly #syncFlag: number;
  /** Writes since the last sync that follows them. */
  #written = 0;

  constructor(options: StressOptions, tree: Tree) {
    const { spec, worker } = options;
    this.#options = options;
    this.#tree = tree;
    const { filled, buffer } = transferBuffer(spec);
    this.#filled = filled;
    this.#buffer = buffer;
    this.#syncFlag = spec.sync === undefined ? 0 : syncFlags[spec.sync];
    this.#change = { creator: worker, incarnation: 0, writer: worker, first: 0, operation: 0, generation: 0 };
  }

  /** Starts at most behind the file's last chunk, so that only truncate makes holes. */
  write(file: number): void {
    const { maxChunks, random } = this.#options;
    this.writeFrom(file, random.below(Math.min(this.#sizeOf(file), maxChunks - 1) + 1));
  }

  /** Returns the chunk after the last one that was to be written. */
  writeFrom(file: number, first: number): number {
    const { spec, operations, maxChunks } = this.#options;
    const count = transferOf(this.#options, maxChunks - first);
    const tail = this.#tailOf(file, first + count);
    this.#put({ kind: recordKinds.write, file, first, count, tail, lead: 0 }, (path, bytes, flag) =>
      this.#withFile(path, O_WRONLY | flag, (fd) =>
        operations.write(fd, this.#buffer.bytes, 0, bytes, first * spec.chunkBytes),
      ),
    );
    return first + count;
  }

  /** To a file that is shorter than the longest. One that ends inside a chunk is filled up with zeros first, by the same append. */
  append(file: number): void {
    const { spec, operations, maxChunks } = this.#options;
    const { chunks: first, tail: end } = this.#tree.sizeOf(file);
    const count = transferOf(this.#options, maxChunks - first);
    const lead = end === 0 ? 0 : spec.chunkBytes - end;
    const tail = this.#tailOf(file, first + count);
    this.#put({ kind: recordKinds.append, file, first, count, tail, lead }, (path, bytes, flag) =>
      this.#withFile(path, O_WRONLY | O_APPEND | flag, (fd) =>
        operations.append(fd, this.#filled, this.#filled.length - this.#buffer.bytes.length - lead, lead + bytes),
      ),
    );
  }

  truncate(file: number): void {
    const { spec, maxChunks, random, worker, operations, trace } = this.#options;
    const isEdge = isAtEdge(this.#options);
    const size = isEdge ? edgeSize(this.#options) : { chunks: random.below(maxChunks + 1), tail: 0 };
    const bytes = bytesOf(size, spec.chunkBytes);
    const generation = this.#tree.nextGeneration(file);
    const path = this.#begin(recordKinds.truncate, file);
    trace.setChange(worker, 0, 0, generation);
    trace.setSize(bytes);
    try {
      this.#withFile(path, O_WRONLY, (fd) => operations.ftruncate(fd, bytes));
      trace.succeed();
      this.#tree.setSize(file, size);
    } catch (error) {
      trace.fail(error);
      this.#tree.taint(file);
    }
  }

  /** After an error nobody can say which of the writes since the last one are kept. */
  sync(file: number, kind: 'fsync' | 'fdatasync'): void {
    const { operations, trace } = this.#options;
    const path = this.#begin(recordKinds[kind], file);
    try {
      this.#withFile(path, O_WRONLY, (fd) => operations[kind](fd));
      trace.succeed();
    } catch (error) {
      trace.fail(error);
      this.#tree.taint(file);
    }
  }

  #put(
    { kind, file, first, count, tail, lead }: Put,
    put: (path: string, bytes: number, flag: number) => number,
  ): void {
    const { spec, worker, trace, content } = this.#options;
    const generation = this.#tree.nextGeneration(file);
    this.#change.incarnation = this.#tree.incarnations[file] ?? 0;
    this.#change.first = first;
    this.#change.operation = trace.nextSequence;
    this.#change.generation = generation;
    content.fill(this.#buffer, count, this.#change);
    const isPastCache = isDirect(this.#options) && tail === 0 && lead === 0;
    const flag = isPastCache ? this.#syncFlag | directFlag : this.#syncFlag;
    const path = this.#begin(kind, file, isPastCache ? readFlags.direct : 0);
    trace.setChange(worker, first, count, generation);
    trace.setTarget(tail);
    const end = { chunks: first + count, tail };
    const bytes = bytesOf({ chunks: count, tail }, spec.chunkBytes);
    try {
      const written = put(path, bytes, flag) - lead;
      trace.setSize(Math.max(0, written));
      trace.succeed(written + lead);
      if (first + count >= this.#sizeOf(file)) this.#tree.setSize(file, this.#longer(file, end));
      if (written !== bytes) this.#tree.taint(file);
    } catch (error) {
      trace.fail(error);
      this.#tree.taint(file);
    }
    this.#syncAfter(file);
  }

  /** What failed nobody can make last. */
  #syncAfter(file: number): void {
    const { fsyncEvery } = this.#options.spec;
    if (fsyncEvery === undefined || ++this.#written < fsyncEvery || this.#tree.isTainted(file)) return;
    this.#written = 0;
    this.sync(file, 'fsync');
  }

  /** Returns the path, made before the operation's time starts. */
  #begin(kind: number, file: number, flags = 0): string {
    const { ownPath, worker, trace } = this.#options;
    const name = this.#tree.fileNames[file] ?? 0;
    const path = ownPath(name);
    trace.begin(kind, worker, name, flags);
    trace.setIncarnation(worker, this.#tree.incarnations[file] ?? 0);
    return path;
  }

  /** An error of close counts: on network file systems it is where a lost write is first heard of. */
  #withFile<T>(path: string, flags: number, use: (fd: number) => T): T {
    const { operations } = this.#options;
    const fd = operations.open(path, flags);
    let result: T;
    try {
      result = use(fd);
    } catch (error) {
      closeQuietly(operations, fd);
      throw error;
    }
    operations.close(fd);
    return result;
  }

  #sizeOf(file: number): number {
    return this.#tree.chunks[file] ?? 0;
  }

  #longer(file: number, end: FileSize): FileSize {
    const { chunkBytes } = this.#options.spec;
    const size = this.#tree.sizeOf(file);
    return bytesOf(end, chunkBytes) > bytesOf(size, chunkBytes) ? end : size;
  }

  /** Only at the file's end: in front of it, the rest of the chunk would be what was there before. */
  #tailOf(file: number, end: number): number {
    const { chunks, tail: known } = this.#tree.sizeOf(file);
    if (!isAtEdge(this.#options)) return 0;
    const tail = edgeTail(this.#options);
    return end > chunks || (end === chunks && known > 0 && tail >= known) ? tail : 0;
  }
}

/** `count` chunks from `first` on, of the last only `tail` bytes where that isn't 0, behind as many zeros as `lead` says. */
interface Put {
  readonly kind: number;
  readonly file: number;
  readonly first: number;
  readonly count: number;
  readonly tail: number;
  readonly lead: number;
}

const syncFlags = { data: O_DSYNC, all: O_SYNC } as const;
