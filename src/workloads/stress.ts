/**
 * The stress of one worker: operations drawn by weight on its own tree, of which it is the only writer, and reads of
 * everybody's. What it decides depends on the seed, its number and the outcomes of its own changes, never on time or on what
 * others do (but for how far into others' files a walk has come, see walk.ts): the same seed makes the same decisions.
 */
import type { Random } from '../model/random.ts';
import { AttributeChanges } from './attribute-changes.ts';
import { Changes } from './changes.ts';
import { ContentChanges } from './content-changes.ts';
import { ExtentChanges } from './extent-changes.ts';
import type { FilesSpec } from './files-spec.ts';
import { Looks } from './looks.ts';
import { OpenFiles } from './open-files.ts';
import { isSequential, type StressOptions } from './stress-options.ts';
import { Tree } from './tree.ts';

/** Of eight deletions one is of a sub-folder, where there are any. */
const rmdirShare = 8;

type Draw = keyof FilesSpec['weights'];
type ContentDraw =
  | 'write'
  | 'truncate'
  | 'append'
  | 'fsync'
  | 'fdatasync'
  | 'copy'
  | 'chmod'
  | 'utimes'
  | 'setxattr'
  | 'fallocate'
  | 'punchHole';

export class Stress {
  readonly #options: StressOptions;
  readonly #tree: Tree;
  readonly #openFiles: OpenFiles;
  readonly #changes: Changes;
  readonly #content: ContentChanges;
  readonly #attributes: AttributeChanges;
  readonly #extents: ExtentChanges;
  readonly #looks: Looks;
  readonly #random: Random;
  readonly #draw: () => Draw;
  /** Where the last sequential write ended. */
  #last = { file: 0, incarnation: -1, end: 0 };

  constructor(options: StressOptions) {
    this.#options = options;
    this.#tree = new Tree(options.spec.filesPerFolder);
    const { operations, spec } = options;
    this.#openFiles = new OpenFiles({ operations, limit: spec.openFiles ?? 0, files: this.#tree.files.all });
    this.#changes = new Changes(options, this.#tree, this.#openFiles);
    this.#content = new ContentChanges(options, this.#tree);
    this.#attributes = new AttributeChanges(options, this.#tree);
    this.#extents = new ExtentChanges(options, this.#tree);
    this.#looks = new Looks(options, this.#tree, this.#openFiles);
    this.#random = options.random;
    this.#draw = drawer(spec.weights, this.#random);
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
      case 'chmod':
      case 'utimes':
        return this.#changeFile(draw);
      case 'setxattr':
      case 'fallocate':
      case 'punchHole':
        return this.#can(draw) ? this.#changeFile(draw) : this.#looks.stat();
      case 'read':
        return this.#looks.read();
      case 'stat':
        return this.#looks.stat();
      case 'list':
        return this.#looks.list();
      case 'fsyncFolder':
        return this.#changes.syncFolder();
    }
  }

  end(): void {
    this.#openFiles.closeAll();
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
      case 'chmod':
        return this.#attributes.chmod(file);
      case 'utimes':
        return this.#attributes.utimes(file);
      case 'setxattr':
        return this.#attributes.setxattr(file);
      case 'fallocate':
        return this.#extents.fallocate(file);
      case 'punchHole':
        return this.#extents.punchHole(file);
    }
  }

  /** Not everywhere, and not on every file system. */
  #can(draw: 'setxattr' | 'fallocate' | 'punchHole'): boolean {
    const { extra } = this.#options;
    if (draw === 'setxattr') return extra.has('setxattr');
    return draw === 'fallocate'
      ? extra.has('fallocate') || extra.has('preallocate')
      : extra.has('punchHole') || extra.has('zeroRange');
  }

  /** Goes on in the same file until that is as long as files get, then from the start of another. */
  #writeOn(): void {
    const { files, incarnations, chunks } = this.#tree;
    const { file, incarnation, end } = this.#last;
    const isThere = files.isTaken(file) && incarnations[file] === incarnation && !this.#tree.isTainted(file);
    if (isThere && end <= (chunks[file] ?? 0) && end < this.#options.maxChunks) {
      this.#last.end = this.#content.writeFrom(file, end);
      return;
    }
    const next = files.pickTaken(this.#random);
    if (this.#tree.isTainted(next)) return this.#changes.unlink(next);
    this.#last = { file: next, incarnation: incarnations[next] ?? 0, end: this.#content.writeFrom(next, 0) };
  }

  #isFull(file: number): boolean {
    return (this.#tree.chunks[file] ?? 0) >= this.#options.maxChunks;
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
  'chmod',
  'utimes',
  'setxattr',
  'fallocate',
  'punchHole',
  'fsyncFolder',
] as const satisfies readonly Draw[];

/** Draws an operation by weight. */
function drawer(weights: FilesSpec['weights'], random: Random): () => Draw {
  const wanted = draws.filter((draw) => (weights[draw] ?? 0) > 0);
  const shares = wanted.map((draw) => weights[draw] ?? 0);
  const total = shares.reduce((sum, share) => sum + share, 0);
  return () => {
    let left = (random.next() / 2 ** 32) * total;
    for (let at = 0; at < wanted.length; at++) {
      left -= shares[at] ?? 0;
      if (left < 0) return wanted[at] ?? 'list';
    }
    return 'list';
  };
}
