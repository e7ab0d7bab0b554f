/** A chunk is allocated and acknowledged, and its data never arrives. */
import { changedWrites, chunkAt, chunksOf, momentsOf, type Fault } from './fault.ts';

export const zeroedChunk: Fault = {
  code: 'D11',
  name: 'zeroed chunk',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return changedWrites(operations, (bytes) => {
      if (!moments.isNow()) return false;
      const { starts, chunkBytes } = chunksOf(bytes);
      chunkAt(bytes, starts[moments.random.below(starts.length)] ?? 0, chunkBytes).fill(0);
      return true;
    });
  },
};
