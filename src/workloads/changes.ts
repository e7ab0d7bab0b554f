/**
 * What a worker does to the names of its own tree: each change is recorded before it is tried, and what it leaves
 * uncertain is never relied on again.
 */
import { constants } from 'node:fs';
import { recordKinds } from '../model/record.ts';
import { pathOf } from '../model/namespace.ts';
import type { StressOptions } from './stress-options.ts';
import type { Tree } from './tree.ts';

export class Changes {
  readonly #options: StressOptions;
  readonly #tree: Tree;

  constructor(options: StressOptions, tree: Tree) {
    this.#options = options;
    this.#tree = tree;
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

  /** What was at the other name is gone. */
  renameOnto(): void {
    const { random, worker, operations, trace } = this.#options;
    const { files, incarnations } = this.#tree;
    const from = files.pickTaken(random);
    const to = files.pickOtherTaken(random, from);
    const fromPath = this.#path(this.#fileName(from));
    const toPath = this.#path(this.#fileName(to));
    trace.begin(recordKinds.renameOnto, worker, this.#fileName(from));
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

  /** A new life at a free name, whose chunks keep the stamps of the source until they are written again. */
  copy(from: number): void {
    const { spec, random, worker, operations, trace } = this.#options;
    const { files, incarnations, chunks } = this.#tree;
    const to = files.pickFree(random);
    const fromPath = this.#path(this.#fileName(from));
    const toPath = this.#path(this.#fileName(to));
    const bytes = (chunks[from] ?? 0) * spec.chunkBytes;
    trace.begin(recordKinds.copy, worker, this.#fileName(from));
    const operation = trace.nextSequence - 1;
    trace.setTarget(this.#fileName(to));
    trace.setIncarnation(worker, incarnations[from] ?? 0);
    trace.setChange(worker, 0, 0, this.#tree.copy(from, to, operation));
    trace.setSize(bytes);
    try {
      operations.copy(fromPath, toPath);
      trace.succeed(bytes);
      files.take(to);
    } catch (error) {
      trace.fail(error);
      files.avoid(to);
      // It may have swallowed the news that something written before is lost.
      this.#tree.taint(from);
    }
  }

  #fileName(file: number): number {
    return this.#tree.fileNames[file] ?? 0;
  }

  #path(name: number): string {
    return `${this.#options.runPath}/${pathOf(this.#options.worker, name)}`;
  }
}
