/** From some moment on the rest of a chunk that another worker wrote before stays behind the start of the new one. */
import { contents } from '../../src/model/record.ts';
import { decodeStamp } from '../../src/model/stamp.ts';
import { contentOf, newSeen, type Content } from '../../src/workloads/content.ts';
import { changedWrites, chunksOf, momentsOf, mostlyShared, readBack, wordsOf, type Fault } from './fault.ts';

export const interleavedWrite: Fault = {
  code: 'D10',
  name: 'interleaved write',
  workload: mostlyShared,
  decorate(operations, options) {
    const moments = momentsOf(options);
    const seen = newSeen();
    let content: Content | undefined;
    let isBroken = false;
    return changedWrites(operations, (bytes, { path, position }) => {
      if (!path.includes('/shared/')) return false;
      const { chunkBytes } = chunksOf(bytes);
      const old = readBack(operations, path, { position, length: chunkBytes });
      const copy = Buffer.from(Uint8Array.from(old).buffer);
      const before = copy.length < chunkBytes ? undefined : decodeStamp(wordsOf(copy));
      if (before === undefined || before.writer === decodeStamp(wordsOf(bytes))?.writer) return false;
      isBroken ||= moments.isNow();
      if (!isBroken) return false;
      // The rest of a mix may be this worker's own.
      content ??= contentOf(before.runTag, chunkBytes);
      content.look({ bytes: copy, words: wordsOf(copy) }, 0, before.chunk, seen);
      if (seen.content !== contents.data) return false;
      copy.copy(bytes, chunkBytes / 2, chunkBytes / 2, chunkBytes);
      return true;
    });
  },
};
