/**
 * Content that describes itself. Every chunk starts with a 32-byte stamp that says whose it is; its body is a slice of
 * a seeded pool at an offset hashed from the stamp. So a reader on any host checks a chunk alone, with a memcmp, and any
 * expected chunk can be computed again.
 *
 * Layout, little-endian: 0 magic and version, 4 run tag, 8 incarnation's operation number, 12 incarnation's creator,
 * 14 writer, 16 chunk index, 20 writer's operation number, 24 generation, 28 check of bytes 0-27.
 */
export const stampBytes = 32;

/** 'FBS1', read as a little-endian word. */
const magic = 0x31534246;

/**
 * A body starts at any byte of the pool below this. Small enough to stay in a processor's own cache: comparing 4 KiB with a pool
 * that has to come from further away takes as long as the rest of checking them. And large enough that two different stamps have
 * the same body only once in 262,144 times.
 */
const poolSpanBytes = 256 << 10;

/** A life of a file, from its creation to its removal: the worker that created it, and that worker's operation number. */
export interface Incarnation {
  readonly creator: number;
  readonly operation: number;
}

export interface Stamp {
  readonly runTag: number;
  readonly incarnation: Incarnation;
  /** The run-wide number of the worker that wrote the chunk. */
  readonly writer: number;
  readonly chunk: number;
  /** The writer's operation number. */
  readonly operation: number;
  /** Counts the changes of this incarnation (writes and truncates), from 1. */
  readonly generation: number;
}

export function encodeStamp(stamp: Stamp, target: Uint32Array): void {
  target[0] = magic;
  target[1] = stamp.runTag;
  target[2] = stamp.incarnation.operation;
  target[3] = stamp.incarnation.creator | (stamp.writer << 16);
  target[4] = stamp.chunk;
  target[5] = stamp.operation;
  target[6] = stamp.generation;
  target[7] = stampCheck(target, 0);
}

/** Whether the eight words from `at` are a stamp, of whatever run. */
export function isStamp(words: Uint32Array, at: number): boolean {
  return words[at] === magic && word(words, at + 7) === stampCheck(words, at);
}

/** The stamp in the eight words from `at`, or undefined where none can be read. Words are little-endian, as on every host that Node runs on. */
export function decodeStamp(words: Uint32Array, at = 0): Stamp | undefined {
  if (!isStamp(words, at)) return undefined;
  return {
    runTag: word(words, at + 1),
    incarnation: { operation: word(words, at + 2), creator: word(words, at + 3) & 0xffff },
    writer: word(words, at + 3) >>> 16,
    chunk: word(words, at + 4),
    operation: word(words, at + 5),
    generation: word(words, at + 6),
  };
}

/** Where in the pool the body of this chunk starts. Takes the stamp's words, so that the inner loop makes no object. */
export function bodyOffset(words: Uint32Array, at: number): number {
  let hash = word(words, at + 2) ^ Math.imul(word(words, at + 4), 0x9e3779b1);
  hash = Math.imul(hash ^ word(words, at + 3), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ word(words, at + 6), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) % poolSpanBytes;
}

/** The pool that bodies are slices of: the same for every host of a run; long enough for the largest chunk at the last offset. */
export function makePool(runTag: number, chunkBytes: number): Uint8Array {
  const words = new Uint32Array((poolSpanBytes + chunkBytes) / 4);
  // xorshift32: only has to look unlike anything else on the disk, and never be zero.
  let state = runTag === 0 ? 0x6b43a9b5 : runTag;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer);
}

export function stampCheck(words: Uint32Array, at: number): number {
  let check = 0x811c9dc5;
  for (let index = at; index < at + 7; index++) {
    check = Math.imul(check ^ word(words, index), 0x01000193);
    check ^= check >>> 15;
  }
  return check >>> 0;
}

function word(words: Uint32Array, at: number): number {
  return words[at] ?? 0;
}
