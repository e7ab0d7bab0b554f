/**
 * What a worker does to the room that its own files have on the disk: allocated within them and behind their ends, and holes
 * punched into them. Each is recorded before it is tried; a file that an error leaves uncertain is tainted.
 */
import { extentFlags, recordKinds } from '../model/record.ts';
import { pathOf } from '../model/namespace.ts';
import type { ExtentMode } from './helper/system-calls.ts';
import { transferOf, type StressOptions } from './stress-options.ts';
import type { Tree } from './tree.ts';

/** Of so many one is done in the rarer of two ways. */
const otherWay = 3;

export class ExtentChanges {
  readonly #options: StressOptions;
  readonly #tree: Tree;

  constructor(options: StressOptions, tree: Tree) {
    this.#options = options;
    this.#tree = tree;
  }

  /** Starts at most at the file's end; whether the file gets longer depends on the way. */
  fallocate(file: number): void {
    const { maxChunks, random } = this.#options;
    const mode = this.#pick('fallocate', 'preallocate');
    const first = random.below(Math.min(this.#sizeOf(file), maxChunks - 1) + 1);
    const count = transferOf(this.#options, maxChunks - first);
    if (mode !== undefined) this.#change(mode, { file, first, count });
  }

  /** Starts within the file. */
  punchHole(file: number): void {
    const { maxChunks, random } = this.#options;
    const mode = this.#pick('punchHole', 'zeroRange');
    const first = random.below(Math.max(1, this.#sizeOf(file)));
    const count = transferOf(this.#options, maxChunks - first);
    if (mode !== undefined) this.#change(mode, { file, first, count });
  }

  /** Of two ways one that the file system has. */
  #pick(often: ExtentMode, rarely: ExtentMode): ExtentMode | undefined {
    const { random, extra } = this.#options;
    const [mode, other] = random.below(otherWay) === 0 ? [rarely, often] : [often, rarely];
    return [mode, other].find((one) => extra.has(one));
  }

  #change(mode: ExtentMode, { file, first, count }: { file: number; first: number; count: number }): void {
    const { spec, runPath, worker, trace, extra } = this.#options;
    const { kind, grows } = ways[mode];
    const name = this.#tree.fileNames[file] ?? 0;
    const path = `${runPath}/${pathOf(worker, name)}`;
    const extent = { start: first * spec.chunkBytes, length: count * spec.chunkBytes };
    const generation = this.#tree.nextGeneration(file);
    const lacks = extra.lacks(mode);
    let isMissing = false;
    trace.begin(kind, worker, name, grows ? 0 : extentFlags.keepsSize);
    trace.setIncarnation(worker, this.#tree.incarnations[file] ?? 0);
    trace.setChange(worker, first, count, generation);
    trace.setSize(grows ? extent.start + extent.length : 0);
    try {
      extra.calls?.fallocate(path, mode, extent);
      trace.succeed();
      if (grows && first + count >= this.#sizeOf(file)) this.#tree.setSize(file, { chunks: first + count, tail: 0 });
    } catch (error) {
      trace.fail(error, (errno) => (isMissing = lacks(errno)));
      if (!isMissing) this.#tree.taint(file);
    }
  }

  #sizeOf(file: number): number {
    return this.#tree.chunks[file] ?? 0;
  }
}

const ways = {
  fallocate: { kind: recordKinds.fallocate, grows: true },
  preallocate: { kind: recordKinds.fallocate, grows: false },
  punchHole: { kind: recordKinds.punchHole, grows: false },
  zeroRange: { kind: recordKinds.punchHole, grows: true },
} as const satisfies Record<ExtentMode, unknown>;
