/** Reads that bring an older generation of a chunk than the disk holds, as a cache does that nobody told. */
import { constants } from 'node:fs';
import { decodeStamp, type Stamp } from '../../src/model/stamp.ts';
import type { FileOperations } from '../../src/workloads/operations.ts';
import { chunkAt, chunksOf, copyOf, momentsOf, tracked, wordsOf, type FaultOptions } from './fault.ts';

interface Kept {
  readonly generation: number;
  readonly bytes: Buffer;
  readonly atMs: number;
  /** A newer one has been read. */
  isOutdated: boolean;
}

/**
 * What is struck: in stress, chunks of this worker's own, of others, of others of which it has seen a newer generation, or
 * which it saw seconds ago; in verify, all that was outdated in stress, in every scan or in the first alone.
 */
export type Victim = 'own' | 'others' | 'others, seen newer' | 'others, long ago' | 'scanned' | 'scanned once';

/** Longer than any mount that promises close-to-open may be late, and than its time stamps are coarse. */
const longMs = 2_500;

export function oldReads(operations: FileOperations, options: FaultOptions, victim: Victim): FileOperations {
  const { tracked: inner, fileOf } = tracked(operations);
  const moments = momentsOf(options);
  const oldest = new Map<string, Kept>();
  const own = new Set<string>();
  const scanned = new Set<number>();
  const struck = new Set<string>();

  const eachChunk = (bytes: Buffer, visit: (key: string, stamp: Stamp, chunk: Buffer) => void): void => {
    const { starts, chunkBytes } = chunksOf(bytes);
    for (const start of starts) {
      const stamp = decodeStamp(wordsOf(bytes), start / 4);
      if (stamp === undefined) continue;
      const { creator, operation } = stamp.incarnation;
      visit(`${creator}/${operation}/${stamp.chunk}`, stamp, chunkAt(bytes, start, chunkBytes));
    }
  };

  const isVictim = (key: string, kept: Kept): boolean => {
    switch (victim) {
      case 'own':
        return own.has(key);
      case 'others':
        return !own.has(key);
      case 'others, seen newer':
        return !own.has(key) && kept.isOutdated;
      case 'others, long ago':
        return !own.has(key) && performance.now() - kept.atMs > longMs;
      case 'scanned':
      case 'scanned once':
        return false;
    }
  };

  const strikeScan = (key: string, chunk: Buffer, kept: Kept): void => {
    if (victim === 'scanned') kept.bytes.copy(chunk);
    else if (victim === 'scanned once' && !struck.has(key)) kept.bytes.copy(chunk);
    struck.add(key);
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
      eachChunk(Buffer.from(copyOf(buffer, offset, length).buffer), (key, { generation }, chunk) => {
        own.add(key);
        if (!oldest.has(key)) oldest.set(key, keep(generation, chunk));
      });
      return operations.write(fd, buffer, offset, length, position);
    },
    read(fd, buffer, offset, length, position) {
      const count = operations.read(fd, buffer, offset, length, position);
      if (fileOf(fd) === undefined || count <= 0) return count;
      const bytes = Buffer.from(copyOf(buffer, offset, count).buffer);
      eachChunk(bytes, (key, { generation }, chunk) => {
        const kept = oldest.get(key);
        if (scanned.has(fd)) {
          if (kept !== undefined && kept.generation < generation) strikeScan(key, chunk, kept);
        } else if (kept === undefined) oldest.set(key, keep(generation, chunk));
        else if (kept.generation < generation && kept.bytes.length === chunk.length) {
          if (isVictim(key, kept) && (victim === 'others, long ago' || moments.isNow())) kept.bytes.copy(chunk);
          else kept.isOutdated = true;
        }
      });
      new Uint8Array(buffer.buffer, buffer.byteOffset + offset, count).set(bytes);
      return count;
    },
  };
}

function keep(generation: number, chunk: Buffer): Kept {
  return { generation, bytes: Buffer.from(chunk), atMs: performance.now(), isOutdated: false };
}
