/**
 * A line is what one append adds to a file of the arena `append`: a header that says whose it is, where it belongs and how
 * long it is, and a body that follows from the header. So the bytes of a file that many append to explain themselves.
 *
 * Header, little-endian: 0 magic and version, 4 run tag, 8 file (its name's number), 12 writer, 16 the writer's how-manieth
 * line of that file, 20 its operation number, 24 bytes with the header, 28 check of bytes 0-27.
 */
import { stampCheck } from './stamp.ts';

export const lineHeaderBytes = 32;

/** The first bytes of every line: where one may begin. */
export const lineMagic = 'FBL1';
/** The same, read as a little-endian word. */
const magic = 0x314c4246;

export interface Line {
  readonly runTag: number;
  readonly file: number;
  /** The run-wide number of the worker that appended it. */
  readonly writer: number;
  /** From 1. */
  readonly number: number;
  readonly operation: number;
  readonly bytes: number;
}

export function encodeLine(line: Line, words: Uint32Array): void {
  words[0] = magic;
  words[1] = line.runTag;
  words[2] = line.file;
  words[3] = line.writer;
  words[4] = line.number;
  words[5] = line.operation;
  words[6] = line.bytes;
  words[7] = stampCheck(words, 0);
}

export function decodeLine(words: Uint32Array): Line | undefined {
  const [first, runTag = 0, file = 0, writer = 0, number = 0, operation = 0, bytes = 0, check] = words;
  if (first !== magic || check !== stampCheck(words, 0) || bytes < lineHeaderBytes) return undefined;
  return { runTag, file, writer, number, operation, bytes };
}
