/**
 * What a worker does to its own tree: each change is recorded before it is tried, and what it leaves uncertain is never
 * relied on again.
 */
import { constants } from 'node:fs';
import { recordKinds } from '../model/record.ts';
import { pathOf } from '../model/namespace.ts';
import { chunkBuffer, type Change, type ChunkBuffer } from './content.ts';
import { closeQuietly } from './operations.ts';
import { maxChunksOf, transferChunksOf, transferOf, type StressOptions } from './stress-options.ts';
import type { Tree } from './tree.ts';

export class Changes {
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

  touch(): void {
    const { random, worker, operations, trace } = this.#options;
    const file = this.#tree.files.pickFree(random);
    const name = this.#fileName(file);
    const path = this.#path(name);
    trace.begin(recordKinds.touch, worker, name);
    const operation = trace.nextSequence - 1;
    trace.setIncarnation(worker, operation);
    try {
      operations.close(operations.open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644));
      trace.succeed();
      this.#tree.create(file, operation);
    } catch (error) {
      trace.fail(error);
      this.#tree.files.avoid(file);
    }
  }

  unlink(file: number): void {
    const { worker, operations, trace } = this.#options;
    const name = this.#fileName(file);
    const path = this.#path(name);
    trace.begin(recordKinds.delete, worker, name);
    trace.setIncarnation(worker, this.#tree.incarnations[file] ?? 0);
    try {
      operations.unlink(path);
      trace.succeed();
      this.#tree.remove(file);
    } catch (error) {
      trace.fail(error);
      this.#tree.files.avoid(file);
    }
  }

  mkdir(): void {
    const { random, worker, operations, trace } = this.#options;
    const { subFolders } = this.#tree;
    const folder = subFolders.pickFree(random);
    const name = this.#tree.subFolderNames[folder] ?? 0;
    const path = this.#path(name);
    trace.begin(recordKinds.mkdir, worker, name);
    try {
      operations.mkdir(path);
      trace.succeed();
      subFolders.take(folder);
    } catch (error) {
      trace.fail(error);
      subFolders.avoid(folder);
    }
  }

  rmdir(): void {
    const { random, worker, operations, trace } = this.#options;
    const { subFolders } = this.#tree;
    const folder = subFolders.pickTaken(random);
    const name = this.#tree.subFolderNames[folder] ?? 0;
    const path = this.#path(name);
    trace.begin(recordKinds.rmdir, worker, name);
    try {
      operations.rmdir(path);
      trace.succeed();
      subFolders.release(folder);
    } catch (error) {
      trace.fail(error);
      subFolders.avoid(folder);
    }
  }

  rename(): void {
    const { random, worker, operations, trace } = this.#options;
    const { files, incarnations } = this.#tree;
    const from = files.pickTaken(random);
    const to = files.pickFree(random);
    const fromPath = this.#path(this.#fileName(from));
    const toPath = this.#path(this.#fileName(to));
    trace.begin(recordKinds.rename, worker, this.#fileName(from));
    trace.setTarget(this.#fileName(to));
    trace.setIncarnation(worker, incarnations[from] ?? 0);
    try {
      operations.rename(fromPath, toPath);
      trace.succeed();
      this.#tree.rename(from, to);
    } catch (error) {
      trace.fail(error);
      files.avoid(from);
      files.avoid(to);
    }
  }

  /** Starts at most at the file's end, so that only truncate makes holes. */
  write(file: number): void {
    const { spec, random, worker, operations, trace, content } = this.#options;
    const size = this.#tree.chunks[file] ?? 0;
    const first = random.below(Math.min(size, maxChunksOf(spec) - 1) + 1);
    const count = transferOf(this.#options, maxChunksOf(spec) - first);
    const generation = this.#tree.nextGeneration(file);
    const path = this.#path(this.#fileName(file));
    this.#change.incarnation = this.#tree.incarnations[file] ?? 0;
    this.#change.first = first;
    this.#change.operation = trace.nextSequence;
    this.#change.generation = generation;
    content.fill(this.#buffer, count, this.#change);
    trace.begin(recordKinds.write, worker, this.#fileName(file));
    trace.setIncarnation(worker, this.#change.incarnation);
    trace.setChange(worker, first, count, generation);
    const bytes = count * spec.chunkBytes;
    try {
      const written = this.#withFile(path, constants.O_WRONLY, (fd) =>
        operations.write(fd, this.#buffer.bytes, 0, bytes, first * spec.chunkBytes),
      );
      trace.setSize(written);
      trace.succeed(written);
      this.#tree.chunks[file] = Math.max(size, first + count);
      if (written !== bytes) this.#tree.taint(file);
    } catch (error) {
      trace.fail(error);
      this.#tree.taint(file);
    }
  }

  truncate(file: number): void {
    const { spec, random, worker, operations, trace } = this.#options;
    const size = random.below(maxChunksOf(spec) + 1);
    const bytes = size * spec.chunkBytes;
    const generation = this.#tree.nextGeneration(file);
    const path = this.#path(this.#fileName(file));
    trace.begin(recordKinds.truncate, worker, this.#fileName(file));
    trace.setIncarnation(worker, this.#tree.incarnations[file] ?? 0);
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

  #fileName(file: number): number {
    return this.#tree.fileNames[file] ?? 0;
  }

  #path(name: number): string {
    return `${this.#options.runPath}/${pathOf(this.#options.worker, name)}`;
  }
}
