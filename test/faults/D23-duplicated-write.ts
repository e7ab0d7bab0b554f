/** In verify, when this host has read a file, the oldest write of a chunk is done again: a request that was sent twice. */
import { constants } from 'node:fs';
import { decodeStamp } from '../../src/model/stamp.ts';
import { chunkAt, chunksOf, copyOf, tracked, wordsOf, type Fault } from './fault.ts';

interface Kept {
  readonly generation: number;
  readonly position: number;
  readonly bytes: Buffer;
}

export const duplicatedWrite: Fault = {
  code: 'D23',
  name: 'duplicated write',
  // So many files that one scan of all of them takes far longer than clocks are apart.
  workload: { filesPerFolder: 48, operationsLimit: 5_000 },
  decorate(operations) {
    const { tracked: inner, fileOf } = tracked(operations);
    /** By incarnation and chunk. */
    const oldest = new Map<string, Kept>();
    /** What to do again when a file is closed; once. */
    const due = new Map<number, Kept>();
    const struck = new Set<string>();
    const scanned = new Set<number>();
    const eachChunk = (given: Uint8Array, position: number, visit: (key: string, kept: Kept) => void): void => {
      const bytes = Buffer.from(given.buffer);
      const { starts, chunkBytes } = chunksOf(bytes);
      for (const start of starts) {
        const stamp = decodeStamp(wordsOf(bytes), start / 4);
        if (stamp === undefined) continue;
        const { creator, operation } = stamp.incarnation;
        const kept = { position: position + start, bytes: Buffer.from(chunkAt(bytes, start, chunkBytes)) };
        visit(`${creator}/${operation}/${stamp.chunk}`, { ...kept, generation: stamp.generation });
      }
    };
    return {
      ...inner,
      open(path, flags, mode) {
        const fd = inner.open(path, flags, mode);
        // Only verify refuses links.
        if ((flags & constants.O_NOFOLLOW) === 0) scanned.delete(fd);
        else scanned.add(fd);
        return fd;
      },
      write(fd, buffer, offset, length, position) {
        eachChunk(copyOf(buffer, offset, length), position, (key, kept) => {
          if (!oldest.has(key)) oldest.set(key, kept);
        });
        return operations.write(fd, buffer, offset, length, position);
      },
      read(fd, buffer, offset, length, position) {
        const count = operations.read(fd, buffer, offset, length, position);
        if (!scanned.has(fd) || count <= 0) return count;
        eachChunk(copyOf(buffer, offset, count), position, (key, { generation }) => {
          const old = oldest.get(key);
          const path = fileOf(fd)?.path ?? '';
          if (old !== undefined && old.generation < generation && !struck.has(path)) due.set(fd, old);
        });
        return count;
      },
      close(fd) {
        const { path } = fileOf(fd) ?? { path: '' };
        const again = due.get(fd);
        due.delete(fd);
        inner.close(fd);
        if (again === undefined || struck.has(path)) return;
        struck.add(path);
        const writer = operations.open(path, constants.O_WRONLY);
        operations.write(writer, again.bytes, 0, again.bytes.length, again.position);
        operations.close(writer);
      },
    };
  },
};
