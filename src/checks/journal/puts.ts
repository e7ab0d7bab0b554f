/** How much a write or an append was to store, and how much of it it said that it had. */
import type { JournalRecord } from '../../model/record.ts';

type Put = Pick<JournalRecord, 'count' | 'size' | 'target'>;

/** Its last chunk may end before the chunk does: `target` says where. */
export function wantedBytes({ count, target }: Put, chunkBytes: number): number {
  return target === 0 ? count * chunkBytes : (count - 1) * chunkBytes + target;
}

/** Chunks that it stored as far as it was to. */
export function storedChunks(put: Put, chunkBytes: number): number {
  if (put.size >= wantedBytes(put, chunkBytes)) return put.count;
  return Math.min(put.count, Math.floor(put.size / chunkBytes));
}
