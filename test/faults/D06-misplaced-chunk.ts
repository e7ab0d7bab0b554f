/** Two chunks of one write land in each other's place. */
import { changedWrites, chunkAt, chunksOf, momentsOf, type Fault } from './fault.ts';

export const misplacedChunk: Fault = {
  code: 'D06',
  name: 'misplaced chunk',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return changedWrites(operations, (bytes) => {
      const { starts, chunkBytes } = chunksOf(bytes);
      const [first, second] = starts;
      if (first === undefined || second === undefined || !moments.isNow()) return false;
      const kept = Buffer.from(chunkAt(bytes, first, chunkBytes));
      chunkAt(bytes, second, chunkBytes).copy(bytes, first);
      kept.copy(bytes, second);
      return true;
    });
  },
};
