/**
 * Makes chunks that describe themselves, and tells what a chunk is. Filling is a copy from the run's pool, checking a
 * comparison with it; the inner loop allocates nothing and hashes nothing but the stamp's words.
 */
import { contents } from '../model/record.ts';
import { bodyOffset, encodeStamp, isStamp, makePool, stampBytes } from '../model/stamp.ts';
import type { ChunkBuffer } from './chunk-buffer.ts';
import { isStampStart, usedBytes } from './cut-chunk.ts';

/** Held by itself: what all buffers have in common is so much that each call would look for it anew. */
const { compare } = Buffer.prototype;

/** What a write puts into its chunks; `first` is the chunk of the file where it starts. */
export interface Change {
  creator: number;
  incarnation: number;
  writer: number;
  first: number;
  operation: number;
  generation: number;
}

/** What a chunk turned out to be, in the journal's terms. One object, used again for every chunk. */
export interface Seen {
  content: number;
  generation: number;
  creator: number;
  incarnation: number;
  writer: number;
  /** The run of a foreign chunk; else the chunk that its stamp names. */
  target: number;
}

export interface Content {
  readonly runTag: number;
  readonly chunkBytes: number;
  /** The pool that the bodies of a run are slices of. */
  readonly pool: Buffer;
  fill(buffer: ChunkBuffer, count: number, change: Change): void;
  /** What the chunk in this place of the buffer is, when it was read as chunk `chunk` of a file; where files may end inside chunks (`isCut`), also the start of one. */
  look(buffer: ChunkBuffer, place: number, chunk: number, seen: Seen, isCut?: boolean): void;
}

export function contentOf(runTag: number, chunkBytes: number): Content {
  const pool = Buffer.from(makePool(runTag, chunkBytes).buffer);
  const zeros = Buffer.alloc(chunkBytes);
  const bodyBytes = chunkBytes - stampBytes;
  const wordsOfChunk = chunkBytes / 4;
  const stampWords = new Uint32Array(stampBytes / 4);
  const incarnation = { creator: 0, operation: 0 };
  const stamp = { runTag, incarnation, writer: 0, chunk: 0, operation: 0, generation: 0 };

  const isBodyGood = (buffer: ChunkBuffer, place: number, bytes = bodyBytes): boolean => {
    const start = place * chunkBytes + stampBytes;
    const source = bodyOffset(buffer.words, place * wordsOfChunk);
    return compare.call(pool, buffer.bytes, start, start + bytes, source, source + bytes) === 0;
  };

  /** One whose last byte is zero may be cut there. */
  const lookAtCut = (buffer: ChunkBuffer, place: number, seen: Seen): boolean => {
    const start = place * chunkBytes;
    if (buffer.bytes[start + chunkBytes - 1] !== 0) return false;
    const used = usedBytes(buffer.bytes, start, chunkBytes);
    if (!isBodyGood(buffer, place, Math.max(0, used - stampBytes))) return false;
    seen.content = contents.cut;
    seen.target = used;
    return true;
  };

  const lookAtStart = (buffer: ChunkBuffer, place: number, chunk: number, seen: Seen): void => {
    const used = usedBytes(buffer.bytes, place * chunkBytes, chunkBytes);
    const isStart = isStampStart(buffer, place * chunkBytes, { runTag, chunk, used });
    setPlain(seen, isStart ? contents.cut : contents.unreadable);
    if (isStart) seen.target = used;
  };

  const isZero = ({ bytes, words }: ChunkBuffer, place: number): boolean =>
    words[place * wordsOfChunk] === 0 &&
    zeros.compare(bytes, place * chunkBytes, (place + 1) * chunkBytes, 0, chunkBytes) === 0;

  return {
    runTag,
    chunkBytes,
    pool,
    fill(buffer, count, change) {
      incarnation.creator = change.creator;
      incarnation.operation = change.incarnation;
      stamp.writer = change.writer;
      stamp.operation = change.operation;
      stamp.generation = change.generation;
      for (let place = 0; place < count; place++) {
        stamp.chunk = change.first + place;
        encodeStamp(stamp, stampWords);
        buffer.words.set(stampWords, place * wordsOfChunk);
        const source = bodyOffset(stampWords, 0);
        pool.copy(buffer.bytes, place * chunkBytes + stampBytes, source, source + bodyBytes);
      }
    },
    look(buffer, place, chunk, seen, isCut = false) {
      const at = place * wordsOfChunk;
      if (!isStamp(buffer.words, at)) {
        if (isZero(buffer, place)) setPlain(seen, contents.zeros);
        else if (isCut) lookAtStart(buffer, place, chunk, seen);
        else setPlain(seen, contents.unreadable);
        return;
      }
      const people = buffer.words[at + 3] ?? 0;
      const stampedChunk = buffer.words[at + 4] ?? 0;
      seen.incarnation = buffer.words[at + 2] ?? 0;
      seen.creator = people & 0xffff;
      seen.writer = people >>> 16;
      seen.generation = buffer.words[at + 6] ?? 0;
      seen.target = stampedChunk;
      if (buffer.words[at + 1] !== runTag) {
        seen.content = contents.foreign;
        seen.target = buffer.words[at + 1] ?? 0;
      } else if (isCut && stampedChunk === chunk && lookAtCut(buffer, place, seen)) return;
      else if (!isBodyGood(buffer, place)) seen.content = contents.badBody;
      else if (stampedChunk === chunk) {
        seen.content = contents.data;
        seen.target = 0;
      } else seen.content = contents.misplaced;
    },
  };
}

export function newSeen(): Seen {
  return { content: contents.none, generation: 0, creator: 0, incarnation: 0, writer: 0, target: 0 };
}

/** What has no stamp: nothing, zeros, a chunk that can't be read or is cut. */
export function setPlain(seen: Seen, content: number): void {
  seen.content = content;
  seen.generation = 0;
  seen.creator = 0;
  seen.incarnation = 0;
  seen.writer = 0;
  seen.target = 0;
}
