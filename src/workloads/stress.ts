/**
 * The stress of one worker: operations drawn by weight on its own tree, of which it is the only writer, and reads of
 * everybody's. What it decides depends on the seed, its number and the outcomes of its own changes, never on time or on what
 * others do: the same seed makes the same decisions.
 */
import type { Random } from '../model/random.ts';
import { Changes } from './changes.ts';
import type { FilesSpec } from './files-spec.ts';
import { Looks } from './looks.ts';
import type { StressOptions } from './stress-options.ts';
import { Tree } from './tree.ts';

/** Of eight deletions one is of a sub-folder, where there are any. */
const rmdirShare = 8;

// Spelled out, so that the order of the keys in a plan decides nothing.
const draws = ['mkdir', 'delete', 'list', 'touch', 'stat', 'read', 'write', 'rename', 'truncate'] as const;
type Draw = (typeof draws)[number];

export class Stress {
  readonly #tree: Tree;
  readonly #changes: Changes;
  readonly #looks: Looks;
  readonly #random: Random;
  readonly #draw: () => Draw;

  constructor(options: StressOptions) {
    this.#tree = new Tree(options.spec.filesPerFolder);
    this.#changes = new Changes(options, this.#tree);
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
      case 'write':
      case 'truncate':
        return files.taken > 0 ? this.#changeFile(draw) : this.#touchOrList();
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

  /** A file with uncertain content can only be deleted: nobody could say what a change of it leaves. */
  #changeFile(draw: 'write' | 'truncate'): void {
    const file = this.#tree.files.pickTaken(this.#random);
    if (this.#tree.isTainted(file)) this.#changes.unlink(file);
    else if (draw === 'write') this.#changes.write(file);
    else this.#changes.truncate(file);
  }
}

/** Draws an operation by weight. */
function drawer(weights: FilesSpec['weights'], random: Random): () => Draw {
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
