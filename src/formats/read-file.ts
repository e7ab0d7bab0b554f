/**
 * A result file of any tool, known by its content. It is read once from its beginning to its end, in pieces: into its digest,
 * by which the same result is known again, and into what it says.
 */
import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { errorCodeOf, FunbricError, messageOf } from '../model/errors.ts';
import type { ResultFile } from '../model/measured.ts';
import type { Format } from './format.ts';
import { headBytes, headOf } from './head.ts';
import { formats } from './registry.ts';
import { strangerOf } from './strangers.ts';

/** `name`: what it is called in what is said of it, where that isn't its path. */
export async function readResultFile(file: string, name = file): Promise<ResultFile> {
  const handle = await openFile(file, name);
  try {
    const piece = Buffer.alloc(headBytes);
    let bytes = await fill(handle, piece);
    const result = beginResult(name, piece.subarray(0, bytes));
    while (bytes === piece.length) {
      bytes = await fill(handle, piece);
      result.push(piece.subarray(0, bytes));
    }
    return result.end();
  } finally {
    await handle.close();
  }
}

/** Whether a format knows it, by its beginning. Nobody knows an empty one: what wrote it has failed. */
export async function isResultFile(file: string): Promise<boolean> {
  const handle = await openFile(file, file);
  try {
    const head = Buffer.alloc(headBytes);
    const seen = headOf(head.subarray(0, await fill(handle, head)));
    return formats.some((format) => format.recognises(seen));
  } finally {
    await handle.close();
  }
}

export interface ResultReading {
  push(piece: Buffer): void;
  end(): ResultFile;
}

/** `head`: the first MiB of it, or all. */
export function beginResult(file: string, head: Buffer): ResultReading {
  const format = formatOf(file, head);
  const reading = format.open(file);
  const digests = new Digests();
  let bytes = 0;
  const push = (piece: Buffer): void => {
    bytes += piece.length;
    digests.update(piece);
    reading.push(piece);
  };
  push(head);
  return {
    push,
    end: () => ({ name: file, format: format.name, bytes, ...digests.end(), ...reading.end() }),
  };
}

/** Of all bytes, and of all up to the last that isn't blank: a copy with one more newline is still a copy. */
class Digests {
  readonly #all = createHash('sha256');
  /** Up to where there have been blanks alone since. */
  #solid: Hash | undefined;

  update(piece: Buffer): void {
    const solid = piece.subarray(0, solidLength(piece));
    this.#all.update(solid);
    if (solid.length > 0) this.#solid = undefined;
    if (solid.length === piece.length) return;
    this.#solid ??= this.#all.copy();
    this.#all.update(piece.subarray(solid.length));
  }

  end(): Pick<ResultFile, 'sha256' | 'solidSha256'> {
    const solid = this.#solid ?? this.#all.copy();
    return { sha256: this.#all.digest('hex'), solidSha256: solid.digest('hex') };
  }
}

const blanks = new Set(Buffer.from(' \t\r\n'));

function solidLength(piece: Buffer): number {
  let length = piece.length;
  while (length > 0 && blanks.has(piece[length - 1] ?? 0)) length--;
  return length;
}

function formatOf(file: string, head: Buffer): Format {
  if (head.length === 0) {
    throw new FunbricError('input', `${file}: is empty`, {
      hint: 'the tool wrote nothing: look at what it said on its host',
    });
  }
  const seen = headOf(head);
  const format = formats.find((each) => each.recognises(seen));
  if (format !== undefined) return format;
  const stranger = strangerOf(seen.text);
  if (stranger !== undefined) {
    throw new FunbricError('input', `${file}: it is ${stranger.what}`, { hint: stranger.hint });
  }
  const known = formats.map(({ name }) => name).join(', ');
  const begins = JSON.stringify(seen.text.slice(0, 60));
  throw new FunbricError('input', `${file}: no result of a tool that funbric knows; it begins with ${begins}`, {
    hint: `what can be read: ${known}`,
  });
}

async function openFile(file: string, name: string): Promise<FileHandle> {
  try {
    const handle = await open(file);
    const stats = await handle.stat();
    if (stats.isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw unreadable(name, errorCodeOf(error) ?? messageOf(error));
  }
  throw unreadable(name, 'it is not a file');
}

/** Short reads are no end: only none is. */
async function fill(handle: FileHandle, buffer: Buffer): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function unreadable(file: string, reason: string): FunbricError {
  return new FunbricError('input', `${file}: can't be read: ${reason}`, { hint: 'check the path and its permissions' });
}
