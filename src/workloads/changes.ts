/**
 * What a worker does to the names of its own tree: each change is recorded before it is tried, and what it leaves
 * uncertain is never relied on again.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { recordKinds } from '../model/record.ts';
import { foldersOfTree, nameOf } from '../model/namespace.ts';
import type { OpenFiles } from './open-files.ts';
import { closeQuietly } from './operations.ts';
import type { StressOptions } from './stress-options.ts';
import { bytesOf, type Tree } from './tree.ts';

const { O_CREAT, O_EXCL, O_WRONLY } = constants;

/** What those answer that can't sync a folder. */
const noFolderSync: ReadonlySet<number> = new Set([
  os.errno.EINVAL,
  os.errno.ENOTSUP,
  os.errno.EOPNOTSUPP,
  os.errno.ENOSYS,
]);

export class Changes {
  readonly #options: StressOptions;
  readonly #tree: Tree;
  readonly #openFiles: OpenFiles;

  constructor(options: StressOptions, tree: Tree, openFiles: OpenFiles) {
    this.#options = options;
    this.#tree = tree;
    this.#openFiles = openFiles;
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
      operations.close(operations.open(path, O_CREAT | O_EXCL | O_WRONLY, 0o644));
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
      this.#openFiles.letGo(file);
      operations.unlink(path);
      trace.succeed();
      this.#tree.remove(file);
    } catch (error) {
      trace.fail(error);
      this.#tree.files.avoid(file);
    }
  }

  mkdir(): void {
    this.#changeFolder('mkdir', this.#tree.subFolders.pickFree(this.#options.random));
  }

  rmdir(): void {
    this.#changeFolder('rmdir', this.#tree.subFolders.pickTaken(this.#options.random));
  }

  rename(): void {
    const { files } = this.#tree;
    const from = files.pickTaken(this.#options.random);
    this.#rename('rename', from, files.pickFree(this.#options.random));
  }

  /** What was at the other name is gone. */
  renameOnto(): void {
    const { files } = this.#tree;
    const from = files.pickTaken(this.#options.random);
    this.#rename('renameOnto', from, files.pickOtherTaken(this.#options.random, from));
  }

  /** A new life at a free name, whose chunks keep the stamps of the source until they are written again. */
  copy(from: number): void {
    const { spec, random, worker, operations, trace } = this.#options;
    const { files, incarnations } = this.#tree;
    const to = files.pickFree(random);
    const fromPath = this.#path(this.#fileName(from));
    const toPath = this.#path(this.#fileName(to));
    const bytes = bytesOf(this.#tree.sizeOf(from), spec.chunkBytes);
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

  /** What was made, renamed and removed in it lasts from now on. Some file systems know no such thing. */
  syncFolder(): void {
    const { random, worker, operations, trace } = this.#options;
    const name = nameOf({ kind: 'folder', folder: random.below(foldersOfTree) });
    const path = this.#path(name);
    trace.begin(recordKinds.fsyncFolder, worker, name);
    try {
      const fd = operations.open(path, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        operations.fsync(fd);
      } finally {
        closeQuietly(operations, fd);
      }
      trace.succeed();
    } catch (error) {
      trace.fail(error, (errno) => noFolderSync.has(errno));
    }
  }

  #changeFolder(kind: 'mkdir' | 'rmdir', folder: number): void {
    const { worker, operations, trace } = this.#options;
    const { subFolders, subFolderNames } = this.#tree;
    const name = subFolderNames[folder] ?? 0;
    const path = this.#path(name);
    trace.begin(recordKinds[kind], worker, name);
    try {
      operations[kind](path);
      trace.succeed();
      if (kind === 'mkdir') subFolders.take(folder);
      else subFolders.release(folder);
    } catch (error) {
      trace.fail(error);
      subFolders.avoid(folder);
    }
  }

  #rename(kind: 'rename' | 'renameOnto', from: number, to: number): void {
    const { worker, operations, trace } = this.#options;
    const { files, incarnations } = this.#tree;
    const fromPath = this.#path(this.#fileName(from));
    const toPath = this.#path(this.#fileName(to));
    trace.begin(recordKinds[kind], worker, this.#fileName(from));
    trace.setTarget(this.#fileName(to));
    trace.setIncarnation(worker, incarnations[from] ?? 0);
    try {
      this.#openFiles.letGo(from);
      this.#openFiles.letGo(to);
      operations.rename(fromPath, toPath);
      trace.succeed();
      this.#tree.rename(from, to);
    } catch (error) {
      trace.fail(error);
      files.avoid(from);
      files.avoid(to);
    }
  }

  #fileName(file: number): number {
    return this.#tree.fileNames[file] ?? 0;
  }

  #path(name: number): string {
    return this.#options.ownPath(name);
  }
}
