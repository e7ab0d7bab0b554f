/**
 * What a worker knows of its own tree, of which it is the only writer: which names are there, which life of a file each
 * holds, its generation and size. What an operation left uncertain is never relied on again: an uncertain name is avoided,
 * a file with uncertain content is `tainted`: it may only be moved or deleted.
 */
import { foldersOfTree, nameOf } from '../model/namespace.ts';
import { Slots } from './slots.ts';

const subFoldersPerFolder = 8;

/** `tail`: bytes of the last chunk, 0 where all of it is there. */
export interface FileSize {
  readonly chunks: number;
  readonly tail: number;
}

export function bytesOf({ chunks, tail }: FileSize, chunkBytes: number): number {
  return tail === 0 ? chunks * chunkBytes : (chunks - 1) * chunkBytes + tail;
}

export class Tree {
  readonly files: Slots;
  readonly subFolders: Slots;
  /** Names (see model/namespace.ts) by slot. */
  readonly fileNames: Uint32Array;
  readonly subFolderNames: Uint32Array;
  /** By file slot: number of the operation that created this life of the file. */
  readonly incarnations: Uint32Array;
  readonly generations: Uint32Array;
  /** By file slot: size, and how much of the last chunk there is, 0 where it is all there. */
  readonly chunks: Uint32Array;
  readonly tails: Uint32Array;
  /** By file slot: 1 where its extended attribute is set. */
  readonly xattrs: Uint8Array;
  readonly #tainted: Uint8Array;

  constructor(filesPerFolder: number) {
    const files = foldersOfTree * filesPerFolder;
    const subFolders = foldersOfTree * subFoldersPerFolder;
    this.files = new Slots(files);
    this.subFolders = new Slots(subFolders);
    this.fileNames = Uint32Array.from({ length: files }, (_, slot) =>
      nameOf({ kind: 'file', folder: Math.floor(slot / filesPerFolder), index: slot % filesPerFolder }),
    );
    this.subFolderNames = Uint32Array.from({ length: subFolders }, (_, slot) =>
      nameOf({
        kind: 'subfolder',
        folder: Math.floor(slot / subFoldersPerFolder),
        index: slot % subFoldersPerFolder,
      }),
    );
    this.incarnations = new Uint32Array(files);
    this.generations = new Uint32Array(files);
    this.chunks = new Uint32Array(files);
    this.tails = new Uint32Array(files);
    this.xattrs = new Uint8Array(files);
    this.#tainted = new Uint8Array(files);
  }

  create(file: number, operation: number): void {
    this.files.take(file);
    this.incarnations[file] = operation;
    this.generations[file] = 0;
    this.setSize(file, { chunks: 0, tail: 0 });
    this.xattrs[file] = 0;
    this.#tainted[file] = 0;
  }

  remove(file: number): void {
    this.files.release(file);
  }

  sizeOf(file: number): FileSize {
    return { chunks: this.chunks[file] ?? 0, tail: this.tails[file] ?? 0 };
  }

  setSize(file: number, { chunks, tail }: FileSize): void {
    this.chunks[file] = chunks;
    this.tails[file] = tail;
  }

  /** Counts a change of content, before it is tried. */
  nextGeneration(file: number): number {
    const generation = (this.generations[file] ?? 0) + 1;
    this.generations[file] = generation;
    return generation;
  }

  rename(from: number, to: number): void {
    this.files.take(to);
    this.incarnations[to] = this.incarnations[from] ?? 0;
    this.generations[to] = this.generations[from] ?? 0;
    this.setSize(to, this.sizeOf(from));
    this.xattrs[to] = this.xattrs[from] ?? 0;
    this.#tainted[to] = this.#tainted[from] ?? 0;
    this.files.release(from);
  }

  /**
   * What the free name holds once the copy is there. Its generations go on above the source's, so that along a line of
   * copies a newer one is always the higher one. Returns the one that the copying itself counts as.
   */
  copy(from: number, to: number, operation: number): number {
    const generation = (this.generations[from] ?? 0) + 1;
    this.incarnations[to] = operation;
    this.generations[to] = generation;
    this.setSize(to, this.sizeOf(from));
    // Linux copies the data and the permissions.
    this.xattrs[to] = 0;
    this.#tainted[to] = 0;
    return generation;
  }

  taint(file: number): void {
    this.#tainted[file] = 1;
  }

  isTainted(file: number): boolean {
    return this.#tainted[file] === 1;
  }
}
