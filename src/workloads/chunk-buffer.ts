/** What chunks are read into and written from. */
import { alignedMemory } from './aligned-memory.ts';

/** Chunks one after another, as bytes and as the words of their stamps. */
export interface ChunkBuffer {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
}

export function chunkBuffer(bytes: number, memory: ArrayBuffer = alignedMemory(bytes)): ChunkBuffer {
  return { bytes: Buffer.from(memory, 0, bytes), words: new Uint32Array(memory, 0, bytes / 4) };
}
