/** Of a chunk that is written over, only the first half arrives. */
import { decodeStamp } from '../../src/model/stamp.ts';
import { changedWrites, chunksOf, momentsOf, readBack, wordsOf, type Fault } from './fault.ts';

export const tornWrite: Fault = {
  code: 'D09',
  name: 'torn write',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return changedWrites(operations, (bytes, { path, position }) => {
      const { starts, chunkBytes } = chunksOf(bytes);
      const start = starts[moments.random.below(starts.length)] ?? 0;
      const old = Buffer.from(readBack(operations, path, { position: position + start, length: chunkBytes }));
      const isOver = old.length === chunkBytes && decodeStamp(wordsOf(old)) !== undefined;
      if (!isOver || !moments.isNow()) return false;
      old.copy(bytes, start + chunkBytes / 2, chunkBytes / 2);
      return true;
    });
  },
};
