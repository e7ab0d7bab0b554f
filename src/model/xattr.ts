/**
 * What a worker puts into the extended attribute of a file: of which run, of which life of which worker's file, and by which
 * of its operations. So a value that is read says by itself whether it is the newest one, an old one or another file's.
 *
 * Little-endian words: 0 magic and version, 4 run tag, 8 creator, 12 incarnation, 16 operation, 20 CRC-32 of bytes 0-19.
 */
import { crc32 } from './checksum.ts';

export interface XattrValue {
  readonly runTag: number;
  readonly creator: number;
  readonly incarnation: number;
  /** The worker's operation that set it. */
  readonly operation: number;
}

const bytesOfValue = 24;

/** 'FBX1', read as a little-endian word. */
const magic = 0x31584246;

export function encodeXattr({ runTag, creator, incarnation, operation }: XattrValue): Uint8Array {
  const bytes = new Uint8Array(bytesOfValue);
  const view = new DataView(bytes.buffer);
  const words = [magic, runTag, creator, incarnation, operation];
  for (const [at, word] of words.entries()) view.setUint32(at * 4, word, true);
  view.setUint32(20, crc32(bytes.subarray(0, 20)), true);
  return bytes;
}

/** Undefined for bytes that are no value of ours. */
export function decodeXattr(bytes: Uint8Array): XattrValue | undefined {
  if (bytes.length !== bytesOfValue) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (at: number): number => view.getUint32(at, true);
  if (word(0) !== magic || word(20) !== crc32(bytes.subarray(0, 20))) return undefined;
  return { runTag: word(4), creator: word(8), incarnation: word(12), operation: word(16) };
}
