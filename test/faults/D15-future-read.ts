/** A worker reads what the next change of its file will write. */
import { decodeStamp } from '../../src/model/stamp.ts';
import { chunkBuffer } from '../../src/workloads/chunk-buffer.ts';
import { contentOf, type Content } from '../../src/workloads/content.ts';
import { chunkAt, chunksOf, copyOf, fewFiles, momentsOf, wordsOf, type Fault } from './fault.ts';

export const futureRead: Fault = {
  code: 'D15',
  name: 'future read',
  workload: fewFiles,
  decorate(operations, options) {
    const moments = momentsOf(options);
    /** By incarnation of this worker's own files: the generation of the newest write. */
    const newest = new Map<number, number>();
    let content: Content | undefined;
    return {
      ...operations,
      write(fd, buffer, offset, length, position) {
        const stamp = decodeStamp(wordsOf(Buffer.from(copyOf(buffer, offset, length).buffer)));
        if (stamp !== undefined) newest.set(stamp.incarnation.operation, stamp.generation);
        return operations.write(fd, buffer, offset, length, position);
      },
      read(fd, buffer, offset, length, position) {
        const count = operations.read(fd, buffer, offset, length, position);
        if (count <= 0) return count;
        const bytes = Buffer.from(copyOf(buffer, offset, count).buffer);
        const { starts, chunkBytes } = chunksOf(bytes);
        for (const start of starts) {
          const stamp = decodeStamp(wordsOf(bytes), start / 4);
          const generation = stamp === undefined ? undefined : newest.get(stamp.incarnation.operation);
          const isOwn = stamp !== undefined && stamp.writer === stamp.incarnation.creator && generation !== undefined;
          if (!isOwn || !moments.isNow()) continue;
          content ??= contentOf(stamp.runTag, chunkBytes);
          const future = chunkBuffer(chunkBytes);
          const { creator, operation: incarnation } = stamp.incarnation;
          const { writer, operation, chunk: first } = stamp;
          content.fill(future, 1, { creator, incarnation, writer, first, operation, generation: generation + 1 });
          future.bytes.copy(chunkAt(bytes, start, chunkBytes));
        }
        new Uint8Array(buffer.buffer, buffer.byteOffset + offset, count).set(bytes);
        return count;
      },
    };
  },
};
