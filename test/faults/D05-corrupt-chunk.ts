/** One bit of a chunk's body flips on the way to the disk. */
import { stampBytes } from '../../src/model/stamp.ts';
import { changedWrites, chunksOf, momentsOf, type Fault } from './fault.ts';

export const corruptChunk: Fault = {
  code: 'D05',
  name: 'corrupt chunk',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return changedWrites(operations, (bytes) => {
      if (!moments.isNow()) return false;
      const { starts, chunkBytes } = chunksOf(bytes);
      const start = starts[moments.random.below(starts.length)] ?? 0;
      const at = start + stampBytes + moments.random.below(chunkBytes - stampBytes);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << moments.random.below(8)), at);
      return true;
    });
  },
};
