/** A block comes back with the data of another run. */
import { stampCheck } from '../../src/model/stamp.ts';
import { changedWrites, chunksOf, momentsOf, wordsOf, type Fault } from './fault.ts';

export const foreignData: Fault = {
  code: 'D08',
  name: 'foreign data',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return changedWrites(operations, (bytes) => {
      if (!moments.isNow()) return false;
      const { starts } = chunksOf(bytes);
      const words = wordsOf(bytes);
      const at = (starts[moments.random.below(starts.length)] ?? 0) / 4;
      words[at + 1] = (words[at + 1] ?? 0) ^ 0x5a5a5a5a;
      words[at + 7] = stampCheck(words, at);
      return true;
    });
  },
};
