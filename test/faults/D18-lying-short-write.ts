/** Of a long write over older content only the first half arrives, and all of it is acknowledged. */
import { chunksOf, copyOf, readBack, tracked, type Fault } from './fault.ts';

export const lyingShortWrite: Fault = {
  code: 'D18',
  name: 'lying short write',
  // Long writes over as much that is older are rare, so this strikes whenever one is.
  decorate(operations) {
    const { tracked: inner, fileOf } = tracked(operations);
    return {
      ...inner,
      write(fd, buffer, offset, length, position) {
        const { starts, chunkBytes } = chunksOf(Buffer.from(copyOf(buffer, offset, length).buffer));
        const path = fileOf(fd)?.path ?? '';
        const old = chunksOf(readBack(operations, path, { position, length }));
        if (starts.length < 4 || old.starts.length !== starts.length) {
          return operations.write(fd, buffer, offset, length, position);
        }
        operations.write(fd, buffer, offset, Math.floor(starts.length / 2) * chunkBytes, position);
        return length;
      },
    };
  },
};
