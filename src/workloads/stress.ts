/**
 * The stress of one worker: operations drawn by weight on its own tree, of which it is the only writer, and reads of
 * everybody's. What it decides depends on the seed, its number and the outcomes of its own changes, never on time or on what
 * others do (but for how far into others' files a walk has come, see walk.ts): the same seed makes the same decisions.
 */
import type { Random } from '../model/random.ts';
import { Changes } from './changes.ts';
import { ContentChanges } from './content-changes.ts';
import type { FilesSpec } from './files-spec.ts';
import { Looks } from './looks.ts';
import { isSequential, maxChunksOf, type StressOptions } from './stress-options.ts';
import { Tree } from './tree.ts';

/** Of eight deletions one is of a sub-folder, where there are any. */
const rmdirShare = 8;

type Draw = keyof FilesSpec['weights'];
type ContentDraw = 'write' | 'truncate' | 'append' | 'fsync' | 'fdatasync' | 'copy';

export class Stress {
  readonly #options: StressOptions;
  readonly #tree: Tree;
  readonly #changes: Changes;
  readonly #content: ContentChanges;
  readonly #looks: Looks;
  readonly #random: Random;
  readonly #draw: () => Draw;
  /** Where the last sequential write ended. */
  #last = { file: 0, incarnation: -1, end: 0 };

  constructor(options: StressOptions) {
    this.#options = options;
    this.#tree = new Tree(options.spec.filesPerFolder);
    this.#changes = new Changes(options, this.#tree);
    this.#content = new ContentChanges(options, this.#tree);
    this.#looks = new Looks(options, this.#tree);
    this.#random = options.random;
    this.#draw = drawer(options.spec.weights, this.#random);
  }

  /** One operation. What can't be done now (no name free, no file there) gives way to what makes it possible. */
  step(): void {
    const { files, subFolders } = this.#tree;
    const draw = this.#draw();
    switch (draw) {
      case 'touch':
        return files.free > 0 ? this.#changes.touch() : this.#delete();
      case 'delete':
        return this.#delete();
      case 'mkdir':
        return subFolders.free > 0 ? this.#changes.mkdir() : this.#delete();
      case 'rename':
        return files.taken > 0 && files.free > 0 ? this.#changes.rename() : this.#touchOrList();
      case 'renameOnto':
        return files.taken > 1 ? this.#changes.renameOnto() : this.#touchOrList();
      case 'copy':
        return files.taken > 0 && files.free === 0 ? this.#delete() : this.#changeFile(draw);
      case 'write':
      case 'truncate':
      case 'append':
      case 'fsync':
      case 'fdatasync':
        return this.#changeFile(draw);
      case 'read':
        return this.#looks.read();
      case 'stat':
        return this.#looks.stat();
      case 'list':
        return this.#looks.list();
    }
  }

  #touchOrList(): void {
    if (this.#tree.files.free > 0) this.#changes.touch();
    else this.#looks.list();
  }

  #delete(): void {
    const { files, subFolders } = this.#tree;
    const isFolder = subFolders.taken > 0 && (files.taken === 0 || this.#random.below(rmdirShare) === 0);
    if (isFolder) this.#changes.rmdir();
    else if (files.taken > 0) this.#changes.unlink(files.pickTaken(this.#random));
    else this.#touchOrList();
  }

  /** A file with uncertain content can only be deleted: nobody could say what a change of it, or a copy, leaves. */
  #changeFile(draw: ContentDraw): void {
    if (this.#tree.files.taken === 0) return this.#touchOrList();
    if (draw === 'write' && isSequential(this.#options)) return this.#writeOn();
    const file = this.#tree.files.pickTaken(this.#random);
    if (this.#tree.isTainted(file)) return this.#changes.unlink(file);
    switch (draw) {
      case 'write':
        return this.#content.write(file);
      case 'truncate':
        return this.#content.truncate(file);
      case 'append':
        return this.#isFull(file) ? this.#content.truncate(file) : this.#content.append(file);
      case 'fsync':
      case 'fdatasync':
        return this.#content.sync(file, draw);
      case 'copy':
        return this.#changes.copy(file);
    }
  }

  /** Goes on in the same file until that is as long as files get, then from the start of another. */
  #writeOn(): void {
    const { files, incarnations, chunks } = this.#tree;
    const { file, incarnation, end } = this.#last;
    const isThere = files.isTaken(file) && incarnations[file] === incarnation && !this.#tree.isTainted(file);
    if (isThere && end <= (chunks[file] ?? 0) && end < maxChunksOf(this.#options.spec)) {
      this.#last.end = this.#content.writeFrom(file, end);
      return;
    }
    const next = files.pickTaken(this.#random);
    if (this.#tree.isTainted(next)) return this.#changes.unlink(next);
    this.#last = { file: next, incarnation: incarnations[next] ?? 0, end: this.#content.writeFrom(next, 0) };
  }

  #isFull(file: number): boolean {
    return (this.#tree.chunks[file] ?? 0) >= maxChunksOf(this.#options.spec);
  }
}

/** Spelled out, so that the order of the keys in a plan decides nothing; new ones last, so that old seeds decide as ever. */
const draws = [
  'mkdir',
  'delete',
  'list',
  'touch',
  'stat',
  'read',
  'write',
  'rename',
  'truncate',
  'append',
  'fsync',
  'fdatasync',
  'copy',
  'renameOnto',
] as const satisfies readonly Draw[];

/** Draws an operation by weight. */
function drawer(weights: FilesSpec['weights'], random: Random): () => Draw {
  const total = draws.reduce((sum, draw) => sum + (weights[draw] ?? 0), 0);
  return () => {
    let left = (random.next() / 2 ** 32) * total;
    for (const draw of draws) {
      left -= weights[draw] ?? 0;
      if (left < 0) return draw;
    }
    return 'list';
  };
}
