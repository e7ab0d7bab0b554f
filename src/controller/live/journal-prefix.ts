/**
 * The beginning of a journal that an agent still writes: bytes go in as they are fetched, whole blocks come out into a file. A block
 * waits until it is so old that what is known of its host's clock at that time changes no more.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { blockHeaderBytes, blockLength, decodeBlock } from '../../model/journal.ts';

/** More than any block of ours that isn't whole yet, and all that waits for the clock: who sends more sends no journal. */
const maxWaitingBytes = 128 << 20;

export class JournalPrefix implements AsyncDisposable {
  readonly path: string;
  #file: FileHandle | undefined;
  /** Fetched, and in the file not yet. */
  #waiting = Buffer.alloc(0);
  #written = 0;
  #isBroken = false;

  constructor(path: string) {
    this.path = path;
  }

  /** Where to go on to fetch. */
  get fetched(): number {
    return this.#written + this.#waiting.length;
  }

  /** In the file. */
  get bytes(): number {
    return this.#written;
  }

  /** What came isn't a journal from here on: more of it says nothing. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  take(bytes: Buffer): void {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#isBroken ||= this.#waiting.length > maxWaitingBytes;
  }

  /** Writes the whole blocks that were written before, on the host's clock. */
  async settle(beforeNs: number): Promise<void> {
    let end = 0;
    while (!this.#isBroken && this.#waiting.length - end >= blockHeaderBytes) {
      const length = blockLength(this.#waiting, end);
      if (length !== undefined && end + length > this.#waiting.length) break;
      const read = decodeBlock(this.#waiting, end, crc32);
      if (read === undefined) this.#isBroken = true;
      else if (!(read.block.writtenNs < beforeNs)) break;
      else end += read.bytes;
    }
    if (end === 0) return;
    this.#file ??= await open(this.path, 'wx', 0o600);
    await this.#file.writeFile(this.#waiting.subarray(0, end));
    this.#written += end;
    this.#waiting = this.#waiting.subarray(end);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}
