/**
 * Shared files: all workers write and read the same chunks, without a lock. Which of several writes at the same time comes last
 * is nobody's promise, but every write is stamped with its writer and its number, so that what reads saw, and when, must
 * fit one order of the writes: each chunk is a register.
 */
import { constants } from 'node:fs';
import { constants as os } from 'node:os';
import { nameOf, pathOf } from '../../model/namespace.ts';
import { recordKinds } from '../../model/record.ts';
import { sharedChunks, sharedFiles } from '../../model/shared.ts';
import { chunkBuffer, type ChunkBuffer } from '../chunk-buffer.ts';
import { closeQuietly } from '../operations.ts';
import { maxChunksOf } from '../stress-options.ts';
import type { ReadPlace } from '../trace.ts';
import type { ArenaOptions, ArenaRules } from './arena.ts';

export const shared: ArenaRules = { arena: 'shared', open: (options) => new Sharer(options) };

/** The longest write and read, in chunks. */
const transferChunks = 4;

class Sharer {
  readonly #options: ArenaOptions;
  readonly #buffer: ChunkBuffer;
  readonly #chunks: number;

  constructor(options: ArenaOptions) {
    this.#options = options;
    this.#buffer = chunkBuffer(transferChunks * options.spec.chunkBytes);
    this.#chunks = Math.min(sharedChunks, maxChunksOf(options.spec));
  }

  step(): void {
    const { random } = this.#options;
    const name = nameOf({ kind: 'file', folder: 0, index: random.below(sharedFiles) });
    const first = random.below(this.#chunks);
    const count = 1 + random.below(Math.min(transferChunks, this.#chunks - first));
    if (random.below(2) === 0) this.#write(name, first, count);
    else this.#read(name, first, count);
  }

  #write(name: number, first: number, count: number): void {
    const { owner, worker, trace, content, operations, spec } = this.#options;
    const operation = trace.nextSequence;
    const change = { creator: owner, incarnation: name, writer: worker, first, operation, generation: operation };
    content.fill(this.#buffer, count, change);
    const bytes = count * spec.chunkBytes;
    let fd = -1;
    trace.begin(recordKinds.write, owner, name);
    trace.setIncarnation(owner, name);
    trace.setChange(worker, first, count, operation);
    try {
      fd = operations.open(this.#path(name), constants.O_WRONLY | constants.O_CREAT, 0o644);
      const written = operations.write(fd, this.#buffer.bytes, 0, bytes, first * spec.chunkBytes);
      const open = fd;
      fd = -1;
      // What close answers is a part of the answer.
      operations.close(open);
      trace.setSize(written);
      trace.succeed(written);
    } catch (error) {
      trace.fail(error);
      if (fd >= 0) closeQuietly(operations, fd);
    }
  }

  #read(name: number, first: number, count: number): void {
    const { owner, trace, operations, spec } = this.#options;
    const place: ReadPlace = { owner, name, flags: 0, path: () => pathOf(owner, name) };
    let fd = -1;
    trace.beginRead(recordKinds.read, place, first);
    try {
      fd = operations.open(this.#path(name), constants.O_RDONLY);
      const bytes = operations.read(fd, this.#buffer.bytes, 0, count * spec.chunkBytes, first * spec.chunkBytes);
      trace.mark();
      trace.setSize(bytes);
      if (bytes < count * spec.chunkBytes) trace.setShort();
      trace.observe(this.#buffer, bytes, first, place);
      trace.endRead(bytes);
    } catch (error) {
      // Nobody has written to it yet.
      trace.fail(error, (errno) => errno === os.errno.ENOENT);
    }
    if (fd >= 0) closeQuietly(operations, fd);
  }

  #path(name: number): string {
    return `${this.#options.runPath}/${pathOf(this.#options.owner, name)}`;
  }
}
