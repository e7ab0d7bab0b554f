/**
 * What a worker does to the content of its own files: stamped writes and appends, truncates, and the syncs that make them
 * last. Each is recorded before it is tried; a file whose content an error leaves uncertain is tainted.
 */
import { constants } from 'node:fs';
import { recordKinds } from '../model/record.ts';
import { pathOf } from '../model/namespace.ts';
import { chunkBuffer, type Change, type ChunkBuffer } from './content.ts';
import { closeQuietly } from './operations.ts';
import { maxChunksOf, transferChunksOf, transferOf, type StressOptions } from './stress-options.ts';
import type { Tree } from './tree.ts';

export class ContentChanges {
  readonly #options: StressOptions;
  readonly #tree: Tree;
  readonly #buffer: ChunkBuffer;
  readonly #change: Change;

  constructor(options: StressOptions, tree: Tree) {
    const { spec, worker } = options;
    this.#options = options;
    this.#tree = tree;
    this.#buffer = chunkBuffer(transferChunksOf(spec) * spec.chunkBytes);
    this.#change = { creator: worker, incarnation: 0, writer: worker, first: 0, operation: 0, generation: 0 };
  }

  /** Starts at most at the file's end, so that only truncate makes holes. */
  write(file: number): void {
    const { spec, random } = this.#options;
    this.writeFrom(file, random.below(Math.min(this.#sizeOf(file), maxChunksOf(spec) - 1) + 1));
  }

  /** Returns the chunk after the last one that was to be written. */
  writeFrom(file: number, first: number): number {
    const { spec, operations } = this.#options;
    const count = transferOf(this.#options, maxChunksOf(spec) - first);
    this.#put({ kind: recordKinds.write, file, first, count }, (path, bytes) =>
      this.#withFile(path, constants.O_WRONLY, (fd) =>
        operations.write(fd, this.#buffer.bytes, 0, bytes, first * spec.chunkBytes),
      ),
    );
    return first + count;
  }

  /** To a file that is shorter than the longest. */
  append(file: number): void {
    const { spec, operations } = this.#options;
    const first = this.#sizeOf(file);
    const count = transferOf(this.#options, maxChunksOf(spec) - first);
    this.#put({ kind: recordKinds.append, file, first, count }, (path, bytes) =>
      this.#withFile(path, constants.O_WRONLY | constants.O_APPEND, (fd) =>
        operations.append(fd, this.#buffer.bytes, 0, bytes),
      ),
    );
  }

  truncate(file: number): void {
    const { spec, random, worker, operations, trace } = this.#options;
    const size = random.below(maxChunksOf(spec) + 1);
    const bytes = size * spec.chunkBytes;
    const generation = this.#tree.nextGeneration(file);
    const path = this.#begin(recordKinds.truncate, file);
    trace.setChange(worker, 0, 0, generation);
    trace.setSize(bytes);
    try {
      this.#withFile(path, constants.O_WRONLY, (fd) => operations.ftruncate(fd, bytes));
      trace.succeed();
      this.#tree.chunks[file] = size;
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
      this.#withFile(path, constants.O_WRONLY, (fd) => operations[kind](fd));
      trace.succeed();
    } catch (error) {
      trace.fail(error);
      this.#tree.taint(file);
    }
  }

  #put(
    { kind, file, first, count }: { kind: number; file: number; first: number; count: number },
    put: (path: string, bytes: number) => number,
  ): void {
    const { spec, worker, trace, content } = this.#options;
    const generation = this.#tree.nextGeneration(file);
    this.#change.incarnation = this.#tree.incarnations[file] ?? 0;
    this.#change.first = first;
    this.#change.operation = trace.nextSequence;
    this.#change.generation = generation;
    content.fill(this.#buffer, count, this.#change);
    const path = this.#begin(kind, file);
    trace.setChange(worker, first, count, generation);
    const bytes = count * spec.chunkBytes;
    try {
      const written = put(path, bytes);
      trace.setSize(written);
      trace.succeed(written);
      this.#tree.chunks[file] = Math.max(this.#sizeOf(file), first + count);
      if (written !== bytes) this.#tree.taint(file);
    } catch (error) {
      trace.fail(error);
      this.#tree.taint(file);
    }
  }

  /** Returns the path, made before the operation's time starts. */
  #begin(kind: number, file: number): string {
    const { runPath, worker, trace } = this.#options;
    const name = this.#tree.fileNames[file] ?? 0;
    const path = `${runPath}/${pathOf(worker, name)}`;
    trace.begin(kind, worker, name);
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
}
