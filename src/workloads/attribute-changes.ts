/**
 * What a worker does to the attributes of its own files: other permissions, times that it makes up, and an extended attribute. Each is recorded before
 * it is tried; the content stays what it is, whatever becomes of them.
 */
import { constants as os } from 'node:os';
import { encodeXattr } from '../model/xattr.ts';
import { recordKinds } from '../model/record.ts';
import type { FileOperations } from './operations.ts';
import type { StressOptions } from './stress-options.ts';
import type { Tree } from './tree.ts';

/** The owner goes on writing and everybody reading, whoever their agents run as. */
const modes = [0o644, 0o664, 0o744, 0o755] as const;

/** Times that no file gets by itself: a third of a year from here on. */
const firstSecond = 1_500_000_000;
const seconds = 10_000_000;

/** Some file systems keep no permissions, or let only who they say owns the file set them. */
const unsupported: ReadonlySet<number> = new Set([
  os.errno.EPERM,
  os.errno.ENOTSUP,
  os.errno.EOPNOTSUPP,
  os.errno.ENOSYS,
]);

/** Of so many changes of an extended attribute that is set one removes it. */
const removalShare = 4;

export class AttributeChanges {
  readonly #options: StressOptions;
  readonly #tree: Tree;

  constructor(options: StressOptions, tree: Tree) {
    this.#options = options;
    this.#tree = tree;
  }

  chmod(file: number): void {
    const mode = modes[this.#options.random.below(modes.length)] ?? modes[0];
    this.#change('chmod', file, mode);
  }

  utimes(file: number): void {
    // Even: some file systems count in twos.
    this.#change('utimes', file, firstSecond + 2 * this.#options.random.below(seconds / 2));
  }

  /** Another value, or of one that is set also none. */
  setxattr(file: number): void {
    const { random, ownPath, worker, trace, content, extra } = this.#options;
    const { fileNames, incarnations, xattrs } = this.#tree;
    const name = fileNames[file] ?? 0;
    const path = ownPath(name);
    const incarnation = incarnations[file] ?? 0;
    const isSet = xattrs[file] === 0 || random.below(removalShare) > 0;
    const operation = trace.nextSequence;
    const value = encodeXattr({ runTag: content.runTag, creator: worker, incarnation, operation });
    trace.begin(recordKinds.setxattr, worker, name);
    trace.setIncarnation(worker, incarnation);
    trace.setChange(worker, 0, 0, isSet ? operation : 0);
    try {
      if (isSet) extra.calls?.setxattr(path, value);
      else extra.calls?.removexattr(path);
      trace.succeed();
      xattrs[file] = isSet ? 1 : 0;
    } catch (error) {
      trace.fail(error, extra.lacks('setxattr'));
    }
  }

  #change(kind: 'chmod' | 'utimes', file: number, value: number): void {
    const { ownPath, worker, operations, trace } = this.#options;
    const name = this.#tree.fileNames[file] ?? 0;
    const path = ownPath(name);
    trace.begin(recordKinds[kind], worker, name);
    trace.setIncarnation(worker, this.#tree.incarnations[file] ?? 0);
    trace.setChange(worker, 0, 0, value);
    try {
      changes[kind](operations, path, value);
      trace.succeed();
    } catch (error) {
      trace.fail(error, (errno) => unsupported.has(errno));
    }
  }
}

const changes = {
  chmod: (operations: FileOperations, path: string, mode: number) => operations.chmod(path, mode),
  utimes: (operations: FileOperations, path: string, time: number) => operations.utimes(path, time),
} as const;
