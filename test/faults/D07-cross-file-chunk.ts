/** A chunk that was written to another file lands in this one. */
import { changedWrites, chunkAt, chunksOf, momentsOf, type Fault } from './fault.ts';

export const crossFileChunk: Fault = {
  code: 'D07',
  name: 'cross-file chunk',
  decorate(operations, options) {
    const moments = momentsOf(options);
    let last: { readonly path: string; readonly chunk: Buffer } | undefined;
    return changedWrites(operations, (bytes, { path }) => {
      const { starts, chunkBytes } = chunksOf(bytes);
      const start = starts.at(-1) ?? 0;
      const own = Buffer.from(chunkAt(bytes, start, chunkBytes));
      const other = last;
      last = { path, chunk: own };
      if (other === undefined || other.path === path || !moments.isNow()) return false;
      other.chunk.copy(bytes, start);
      return true;
    });
  },
};
