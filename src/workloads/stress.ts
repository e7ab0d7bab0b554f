/**
 * The stress of one worker: operations drawn by weight on its own tree, of which it is the only writer, and reads of
 * everybody's. What it decides depends on the seed, its number and the outcomes of its own changes, never on time or on what
 * others do: the same seed makes the same decisions.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { recordKinds } from '../model/journal.ts';
import { foldersOfTree, nameOf, pathOf } from '../model/namespace.ts';
import { randomOf, type Random } from '../model/random.ts';
import { chunkBuffer, type Change, type ChunkBuffer, type Content } from './content.ts';
import type { FilesSpec } from './files-spec.ts';
import type { FileOperations } from './operations.ts';
import { Trace, type ReadPlace } from './trace.ts';
import { Tree } from './tree.ts';

/** Reads and writes are at most this long, so that a stop is never far. */
const maxTransferBytes = 1 << 20;

/** Of eight deletions one is of a sub-folder, where there are any. */
const rmdirShare = 8;

export interface StressOptions {
  readonly spec: FilesSpec;
  readonly seed: number;
  /** The run-wide number of this worker, and the numbers of all whose trees it reads. */
  readonly worker: number;
  readonly owners: { readonly from: number; readonly to: number };
  readonly runPath: string;
  readonly operations: FileOperations;
  readonly trace: Trace;
  readonly content: Content;
}

type Draw = keyof FilesSpec['weights'];

export class Stress {
  readonly #options: StressOptions;
  readonly #operations: FileOperations;
  readonly #trace: Trace;
  readonly #tree: Tree;
  readonly #random: Random;
  readonly #draw: () => Draw;
  readonly #buffer: ChunkBuffer;
  readonly #maxChunks: number;
  readonly #transferChunks: number;
  readonly #change: Change;
  readonly #place = { owner: 0, name: 0, flags: 0, path: () => pathOf(this.#place.owner, this.#place.name) };

  constructor(options: StressOptions) {
    const { spec, seed, worker } = options;
    this.#options = options;
    this.#operations = options.operations;
    this.#trace = options.trace;
    this.#tree = new Tree(spec.filesPerFolder);
    this.#random = randomOf(seed, worker);
    this.#draw = drawer(spec.weights, this.#random);
    this.#maxChunks = spec.fileBytes / spec.chunkBytes;
    this.#transferChunks = Math.min(this.#maxChunks, Math.max(1, maxTransferBytes / spec.chunkBytes));
    this.#buffer = chunkBuffer(this.#transferChunks * spec.chunkBytes);
    this.#change = { creator: worker, incarnation: 0, writer: worker, first: 0, operation: 0, generation: 0 };
  }

  /** One operation. What can't be done now (no name free, no file there) gives way to what makes it possible. */
  step(): void {
    const { files, subFolders } = this.#tree;
    const draw = this.#draw();
    switch (draw) {
      case 'touch':
        return files.free > 0 ? this.#touch() : this.#delete();
      case 'delete':
        return this.#delete();
      case 'mkdir':
        return subFolders.free > 0 ? this.#mkdir() : this.#delete();
      case 'rename':
        return files.taken > 0 && files.free > 0 ? this.#rename() : this.#touchOrList();
      case 'write':
      case 'truncate':
        return files.taken > 0 ? this.#changeFile(draw) : this.#touchOrList();
      case 'read':
        return this.#read();
      case 'stat':
        return this.#stat();
      case 'list':
        return this.#list();
    }
  }

  #touchOrList(): void {
    if (this.#tree.files.free > 0) this.#touch();
    else this.#list();
  }

  #touch(): void {
    const file = this.#tree.files.pickFree(this.#random);
    const name = this.#fileName(file);
    const path = this.#path(this.#options.worker, name);
    this.#trace.begin(recordKinds.touch, this.#options.worker, name);
    const operation = this.#trace.nextSequence - 1;
    this.#trace.setIncarnation(this.#options.worker, operation);
    try {
      this.#operations.close(
        this.#operations.open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o644),
      );
      this.#trace.succeed();
      this.#tree.create(file, operation);
    } catch (error) {
      this.#trace.fail(error);
      this.#tree.files.avoid(file);
    }
  }

  #delete(): void {
    const { files, subFolders } = this.#tree;
    const isFolder = subFolders.taken > 0 && (files.taken === 0 || this.#random.below(rmdirShare) === 0);
    if (isFolder) this.#rmdir();
    else if (files.taken > 0) this.#unlink(files.pickTaken(this.#random));
    else this.#touchOrList();
  }

  #unlink(file: number): void {
    const name = this.#fileName(file);
    const path = this.#path(this.#options.worker, name);
    this.#trace.begin(recordKinds.delete, this.#options.worker, name);
    this.#trace.setIncarnation(this.#options.worker, this.#tree.incarnations[file] ?? 0);
    try {
      this.#operations.unlink(path);
      this.#trace.succeed();
      this.#tree.remove(file);
    } catch (error) {
      this.#trace.fail(error);
      this.#tree.files.avoid(file);
    }
  }

  #mkdir(): void {
    const { subFolders } = this.#tree;
    const folder = subFolders.pickFree(this.#random);
    const name = this.#tree.subFolderNames[folder] ?? 0;
    const path = this.#path(this.#options.worker, name);
    this.#trace.begin(recordKinds.mkdir, this.#options.worker, name);
    try {
      this.#operations.mkdir(path);
      this.#trace.succeed();
      subFolders.take(folder);
    } catch (error) {
      this.#trace.fail(error);
      subFolders.avoid(folder);
    }
  }

  #rmdir(): void {
    const { subFolders } = this.#tree;
    const folder = subFolders.pickTaken(this.#random);
    const name = this.#tree.subFolderNames[folder] ?? 0;
    const path = this.#path(this.#options.worker, name);
    this.#trace.begin(recordKinds.rmdir, this.#options.worker, name);
    try {
      this.#operations.rmdir(path);
      this.#trace.succeed();
      subFolders.release(folder);
    } catch (error) {
      this.#trace.fail(error);
      subFolders.avoid(folder);
    }
  }

  #rename(): void {
    const { files, incarnations } = this.#tree;
    const from = files.pickTaken(this.#random);
    const to = files.pickFree(this.#random);
    const fromPath = this.#path(this.#options.worker, this.#fileName(from));
    const toPath = this.#path(this.#options.worker, this.#fileName(to));
    this.#trace.begin(recordKinds.rename, this.#options.worker, this.#fileName(from));
    this.#trace.setTarget(this.#fileName(to));
    this.#trace.setIncarnation(this.#options.worker, incarnations[from] ?? 0);
    try {
      this.#operations.rename(fromPath, toPath);
      this.#trace.succeed();
      this.#tree.rename(from, to);
    } catch (error) {
      this.#trace.fail(error);
      files.avoid(from);
      files.avoid(to);
    }
  }

  /** A file with uncertain content can only be deleted: nobody could say what a change of it leaves. */
  #changeFile(draw: 'write' | 'truncate'): void {
    const file = this.#tree.files.pickTaken(this.#random);
    if (this.#tree.isTainted(file)) this.#unlink(file);
    else if (draw === 'write') this.#write(file);
    else this.#truncate(file);
  }

  /** Starts at most at the file's end, so that only truncate makes holes. */
  #write(file: number): void {
    const { chunkBytes } = this.#options.spec;
    const size = this.#tree.chunks[file] ?? 0;
    const first = this.#random.below(Math.min(size, this.#maxChunks - 1) + 1);
    const count = this.#transferOf(this.#maxChunks - first);
    const generation = this.#tree.nextGeneration(file);
    const path = this.#path(this.#options.worker, this.#fileName(file));
    this.#change.incarnation = this.#tree.incarnations[file] ?? 0;
    this.#change.first = first;
    this.#change.operation = this.#trace.nextSequence;
    this.#change.generation = generation;
    this.#options.content.fill(this.#buffer, count, this.#change);
    this.#trace.begin(recordKinds.write, this.#options.worker, this.#fileName(file));
    this.#trace.setIncarnation(this.#options.worker, this.#change.incarnation);
    this.#trace.setChange(this.#options.worker, first, count, generation);
    const bytes = count * chunkBytes;
    try {
      const written = this.#withFile(path, constants.O_WRONLY, (fd) =>
        this.#operations.write(fd, this.#buffer.bytes, 0, bytes, first * chunkBytes),
      );
      this.#trace.setSize(written);
      this.#trace.succeed(written);
      this.#tree.chunks[file] = Math.max(size, first + count);
      if (written !== bytes) this.#tree.taint(file);
    } catch (error) {
      this.#trace.fail(error);
      this.#tree.taint(file);
    }
  }

  #truncate(file: number): void {
    const size = this.#random.below(this.#maxChunks + 1);
    const bytes = size * this.#options.spec.chunkBytes;
    const generation = this.#tree.nextGeneration(file);
    const path = this.#path(this.#options.worker, this.#fileName(file));
    this.#trace.begin(recordKinds.truncate, this.#options.worker, this.#fileName(file));
    this.#trace.setIncarnation(this.#options.worker, this.#tree.incarnations[file] ?? 0);
    this.#trace.setChange(this.#options.worker, 0, 0, generation);
    this.#trace.setSize(bytes);
    try {
      this.#withFile(path, constants.O_WRONLY, (fd) => this.#operations.ftruncate(fd, bytes));
      this.#trace.succeed();
      this.#tree.chunks[file] = size;
    } catch (error) {
      this.#trace.fail(error);
      this.#tree.taint(file);
    }
  }

  /** An error of close counts: on network file systems it is where a lost write is first heard of. */
  #withFile<T>(path: string, flags: number, use: (fd: number) => T): T {
    const fd = this.#operations.open(path, flags);
    let result: T;
    try {
      result = use(fd);
    } catch (error) {
      closeQuietly(this.#operations, fd);
      throw error;
    }
    this.#operations.close(fd);
    return result;
  }

  #read(): void {
    const { chunkBytes } = this.#options.spec;
    const isKnown = this.#pickFile(this.#options.owners);
    const place: ReadPlace = this.#place;
    const first = this.#random.below(this.#random.below(this.#maxChunks) + 1);
    const count = this.#transferOf(this.#maxChunks - first);
    const path = this.#path(place.owner, place.name);
    let fd = -1;
    this.#trace.beginRead(recordKinds.read, place, first);
    try {
      fd = this.#operations.open(path, constants.O_RDONLY);
      const bytes = this.#operations.read(fd, this.#buffer.bytes, 0, count * chunkBytes, first * chunkBytes);
      this.#trace.mark();
      this.#trace.setSize(bytes);
      this.#trace.observe(this.#buffer, bytes, first, place);
      this.#trace.endRead(bytes);
    } catch (error) {
      this.#trace.fail(error, (errno) => !isKnown && errno === os.errno.ENOENT);
    }
    if (fd >= 0) closeQuietly(this.#operations, fd);
  }

  #stat(): void {
    const isKnown = this.#pickFile(this.#options.owners);
    const { owner, name } = this.#place;
    const path = this.#path(owner, name);
    this.#trace.begin(recordKinds.stat, owner, name);
    try {
      this.#trace.setSize(this.#operations.stat(path).size);
      this.#trace.succeed();
    } catch (error) {
      this.#trace.fail(error, (errno) => !isKnown && errno === os.errno.ENOENT);
    }
  }

  #list(): void {
    const owner = this.#pickOwner(this.#options.owners);
    const name = nameOf({ kind: 'folder', folder: this.#random.below(foldersOfTree) });
    const path = this.#path(owner, name);
    this.#trace.begin(recordKinds.list, owner, name);
    try {
      this.#trace.setSize(this.#operations.readdir(path).length);
      this.#trace.succeed();
    } catch (error) {
      this.#trace.fail(error);
    }
  }

  /** About half of what is read is this worker's own. */
  #pickOwner({ from, to }: StressOptions['owners']): number {
    if (to - from === 1 || this.#random.below(2) === 0) return this.#options.worker;
    const other = from + this.#random.below(to - from - 1);
    return other < this.#options.worker ? other : other + 1;
  }

  /** Of its own files one that is there; of others' any name, as nobody told this worker which are. True: it is there. */
  #pickFile(owners: StressOptions['owners']): boolean {
    const { files } = this.#tree;
    const owner = this.#pickOwner(owners);
    const isKnown = owner === this.#options.worker && files.taken > 0;
    this.#place.owner = owner;
    this.#place.name = this.#fileName(isKnown ? files.pickTaken(this.#random) : this.#random.below(files.all));
    return isKnown;
  }

  /** How many chunks: any number up to the limit, small ones more often. */
  #transferOf(limit: number): number {
    return 1 + this.#random.below(this.#random.below(Math.min(limit, this.#transferChunks)) + 1);
  }

  #fileName(file: number): number {
    return this.#tree.fileNames[file] ?? 0;
  }

  #path(owner: number, name: number): string {
    return `${this.#options.runPath}/${pathOf(owner, name)}`;
  }
}

/** Draws an operation by weight. */
function drawer(weights: FilesSpec['weights'], random: Random): () => Draw {
  // Spelled out, so that the order of the keys in a plan decides nothing.
  const draws = ['mkdir', 'delete', 'list', 'touch', 'stat', 'read', 'write', 'rename', 'truncate'] as const;
  const total = draws.reduce((sum, draw) => sum + weights[draw], 0);
  return () => {
    let left = (random.next() / 2 ** 32) * total;
    for (const draw of draws) {
      left -= weights[draw];
      if (left < 0) return draw;
    }
    return 'list';
  };
}

function closeQuietly(operations: FileOperations, fd: number): void {
  try {
    operations.close(fd);
  } catch {
    // What was read is known already, or the error before this one is what counts.
  }
}
