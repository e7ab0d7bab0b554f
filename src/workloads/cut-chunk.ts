/** Chunks of which there is only the start, because their file ended inside them, and went on later with zeros, or didn't. */
import { encodeStamp, stampBytes } from '../model/stamp.ts';
import type { ChunkBuffer } from './chunk-buffer.ts';

/** How many bytes there are up to the last one that isn't zero. */
export function usedBytes(bytes: Buffer, start: number, length: number): number {
  let used = length;
  while (used > 0 && bytes[start + used - 1] === 0) used--;
  return used;
}

/** Whether so few bytes may be the start of a stamp of this run and chunk; whose it was can't be told. */
export function isStampStart(
  { bytes }: ChunkBuffer,
  start: number,
  { runTag, chunk, used }: { readonly runTag: number; readonly chunk: number; readonly used: number },
): boolean {
  if (used > stampBytes) return false;
  const incarnation = { creator: 0, operation: 0 };
  encodeStamp({ runTag, incarnation, writer: 0, chunk, operation: 0, generation: 0 }, expected);
  return known.every((at) => at >= used || bytes[start + at] === expectedBytes[at]);
}

const expected = new Uint32Array(stampBytes / 4);
const expectedBytes = new Uint8Array(expected.buffer);
/** Bytes that are the same in all stamps of a chunk: magic, run and chunk. */
const known = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19];
