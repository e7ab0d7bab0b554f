/**
 * A journal as it is on the disk, block by block, without ever having all of it in memory. The CRC-32 is zlib's, five times as
 * fast as ours, which must also run on a host's Node.js 18.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { blockHeaderBytes, blockLength, BlockOrder, cutAt, decodeBlock, type Block } from '../../model/journal.ts';

/** What a whole file was. */
export interface ReadJournal {
  /** What changes when the file does. */
  readonly version: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Undefined when the journal is whole; else what is wrong. */
  readonly damage: string | undefined;
}

/** Says every block up to the first that is damaged, with its place in the file. Its bytes are only good during the call. */
export function readJournalFile(
  path: string,
  of: { readonly runTag: number; readonly host: number },
  take: (block: Block, at: number) => void,
): ReadJournal {
  using file = openFile(path);
  const hash = createHash('sha256');
  const order = new BlockOrder(of);
  const window = new Window(file, (bytes) => hash.update(bytes));
  let damage: string | undefined;
  let at = 0;
  let cut: number | undefined;
  while (damage === undefined) {
    window.need(at, blockHeaderBytes);
    if (window.isOver(at)) break;
    window.need(at, blockLength(window.bytes, window.placeOf(at)) ?? blockHeaderBytes);
    const read = decodeBlock(window.bytes, window.placeOf(at), crc32);
    if (read === undefined) {
      cut = at;
      break;
    }
    damage = order.follow(read.block, at);
    if (damage === undefined) take(read.block, at);
    at += read.bytes;
  }
  window.drain();
  const bytes = window.end;
  if (cut !== undefined) damage = cutAt(cut, bytes);
  if (cut === undefined) damage ??= order.missing();
  return { version: file.version, bytes, sha256: hash.digest('hex'), damage };
}

export interface OpenFile extends Disposable {
  /** As many bytes as there are, up to those asked for. */
  read(into: Uint8Array, position: number): number;
  /** What changes when the file does. */
  readonly version: string;
}

export function openFile(path: string): OpenFile {
  const file = openSync(path, 'r');
  const { size, mtimeMs } = fstatSync(file);
  return {
    version: `${size} ${mtimeMs}`,
    read: (into, position) => readAt(file, into, position),
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** As many bytes as there are, up to those asked for. */
export function readAt(file: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const got = readSync(file, into, done, into.length - done, position + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

/** So few that what was just read is still in a processor's cache when it is hashed, checked and looked through. */
const windowBytes = 1 << 20;

/** The part of a file that is looked at, which moves on; its first byte is at a multiple of 8. */
export class Window {
  #buffer = new Uint8Array(new ArrayBuffer(windowBytes));
  #filled = 0;
  #start = 0;
  readonly #file: OpenFile;
  readonly #see: (bytes: Uint8Array) => void;

  constructor(file: OpenFile, see: (bytes: Uint8Array) => void = () => undefined) {
    this.#file = file;
    this.#see = see;
  }

  get bytes(): Uint8Array {
    return this.#filled === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, this.#filled);
  }

  /** Where the bytes that were read end. */
  get end(): number {
    return this.#start + this.#filled;
  }

  placeOf(position: number): number {
    return position - this.#start;
  }

  isOver(position: number): boolean {
    return position >= this.end;
  }

  /** Reads on until so many bytes from a position on are there, or the file ends. */
  need(position: number, bytes: number): void {
    if (position + bytes <= this.end) return;
    const from = Math.min(position - this.#start, this.#filled);
    this.#buffer.copyWithin(0, from, this.#filled);
    this.#start += from;
    this.#filled -= from;
    const wanted = position - this.#start + bytes;
    if (wanted > this.#buffer.length) {
      const larger = new Uint8Array(new ArrayBuffer(Math.ceil(wanted / windowBytes) * windowBytes));
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    this.#fill();
  }

  /** Goes to a later position, without what lies between. */
  skipTo(position: number): void {
    if (position <= this.end) return;
    this.#start = position - (position % 8);
    this.#filled = 0;
  }

  /** Shows the rest of the file to who looks at all of it. */
  drain(): void {
    let before = -1;
    while (before !== this.end) {
      before = this.end;
      this.#start = this.end;
      this.#filled = 0;
      this.#fill();
    }
  }

  #fill(): void {
    const room = this.#buffer.subarray(this.#filled);
    const got = this.#file.read(room, this.end);
    this.#see(room.subarray(0, got));
    this.#filled += got;
  }
}
