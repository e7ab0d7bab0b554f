/** The bytes that are kept of a wrong chunk: one rule for who keeps them and for who says later which they were. */
export const windowBytes = 512;

/** Byte of the chunk where its window begins: as much before what is first wrong as behind it, and none outside the chunk. */
export function windowStart(wrongAt: number, chunkBytes: number): number {
  return Math.max(0, Math.min(wrongAt - windowBytes / 2, chunkBytes - windowBytes));
}
