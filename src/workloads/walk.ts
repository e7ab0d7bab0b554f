/**
 * Where a worker's sequential reads have come to: through a file of its own to its end; through a file of others, whose
 * size nobody told it, from the start again when a read comes to the end, so that which files it walks through depends
 * on nothing but its own decisions.
 */
import { transferOf, type StressOptions } from './stress-options.ts';
import type { Tree } from './tree.ts';

/** A file of others is left after so many of the longest reads: it may be of any size. */
const longestReads = 4;

/** A file by owner and slot; what others have in theirs isn't known. */
export interface WalkedFile {
  readonly owner: number;
  readonly slot: number;
  readonly isKnown: boolean;
}

export class Walk {
  readonly #options: StressOptions;
  readonly #tree: Tree;
  #file: WalkedFile | undefined;
  #incarnation = 0;
  #next = 0;
  /** Chunks to ask for, of a file of others. */
  #left = 0;

  constructor(options: StressOptions, tree: Tree) {
    this.#options = options;
    this.#tree = tree;
  }

  /** The next read, of the same file while there is more of it, else of one that `pick` draws. */
  goOn(pick: () => WalkedFile): { readonly file: WalkedFile; readonly first: number; readonly count: number } {
    const { maxChunks, transferChunks } = this.#options;
    const file = this.#file !== undefined && this.#hasMore(this.#file) ? this.#file : this.#start(pick());
    if (!file.isKnown && this.#next >= maxChunks) this.#next = 0;
    const first = this.#next;
    const size = file.isKnown ? (this.#tree.chunks[file.slot] ?? 0) : maxChunks;
    // The draws are the same wherever the file ends.
    const wanted = transferOf(this.#options, transferChunks);
    const count = Math.max(1, Math.min(wanted, size - first));
    this.#next = first + count;
    this.#left -= wanted;
    return { file, first, count };
  }

  /** A read of others' file ended before the last chunk that was asked for. */
  end(file: WalkedFile): void {
    if (file === this.#file) this.#next = 0;
  }

  #start(file: WalkedFile): WalkedFile {
    const { maxChunks, transferChunks } = this.#options;
    this.#file = file;
    this.#incarnation = this.#tree.incarnations[file.slot] ?? 0;
    this.#next = 0;
    this.#left = Math.min(maxChunks, longestReads * transferChunks);
    return file;
  }

  #hasMore({ isKnown, slot }: WalkedFile): boolean {
    if (!isKnown) return this.#left > 0;
    const { files, incarnations, chunks } = this.#tree;
    return files.isTaken(slot) && incarnations[slot] === this.#incarnation && this.#next < (chunks[slot] ?? 0);
  }
}
