/**
 * A chunk that isn't what it should be, kept as evidence: what was expected and found, the byte where they part, and the
 * bytes around it. Made only for anomalies, so it may take its time.
 */
import type { Note } from '../model/journal.ts';
import { windowBytes, windowStart } from '../model/kept-window.ts';
import { contents } from '../model/record.ts';
import { bodyOffset, decodeStamp, stampBytes, type Stamp } from '../model/stamp.ts';
import type { ChunkBuffer } from './chunk-buffer.ts';
import type { Content, Seen } from './content.ts';

/** Zeros and a cut chunk may be right, so whether they are is left to the checks. */
export function isAnomaly(content: number): boolean {
  return (
    content === contents.unreadable ||
    content === contents.badBody ||
    content === contents.foreign ||
    content === contents.misplaced
  );
}

/** Where a chunk was read: in the buffer, in the file, and by which operation. */
export interface Sighting {
  readonly buffer: ChunkBuffer;
  readonly place: number;
  readonly chunk: number;
  readonly seen: Seen;
  readonly path: string;
  readonly sequence: number;
}

export function evidenceOf(content: Content, sighting: Sighting): Note {
  const { buffer, place, chunk, seen, path, sequence } = sighting;
  const { chunkBytes } = content;
  const start = place * chunkBytes;
  const stamp = decodeStamp(buffer.words, start / 4);
  const within = seen.content === contents.badBody ? firstDifference(content, buffer, start) : 0;
  const from = start + windowStart(within, chunkBytes);
  return {
    kind: 'evidence',
    sequence,
    path,
    chunk,
    offset: chunk * chunkBytes + within,
    expected: expectedText(seen, chunk, stamp, within),
    found: foundText(seen, stamp, within, buffer.bytes[start + within] ?? 0),
    aroundHex: buffer.bytes.toString('hex', from, from + windowBytes),
  };
}

function firstDifference({ pool, chunkBytes }: Content, buffer: ChunkBuffer, start: number): number {
  const source = bodyOffset(buffer.words, start / 4);
  for (let at = stampBytes; at < chunkBytes; at++) {
    if (buffer.bytes[start + at] !== pool[source + at - stampBytes]) return at;
  }
  return 0;
}

function expectedText(seen: Seen, chunk: number, stamp: Stamp | undefined, within: number): string {
  if (seen.content === contents.badBody && stamp !== undefined) {
    return `the body of ${stampText(stamp)}, also from byte ${within} of the chunk on`;
  }
  return `a stamp of this run for chunk ${chunk}`;
}

function foundText(seen: Seen, stamp: Stamp | undefined, within: number, byte: number): string {
  if (stamp === undefined) return 'no stamp that can be read';
  if (seen.content === contents.badBody) return `byte 0x${byte.toString(16).padStart(2, '0')} at byte ${within}`;
  if (seen.content === contents.foreign) return `a stamp of another run (tag ${stamp.runTag.toString(16)})`;
  return stampText(stamp);
}

function stampText(stamp: Stamp): string {
  return (
    `chunk ${stamp.chunk}, generation ${stamp.generation} of the file that worker ${stamp.incarnation.creator} created ` +
    `by operation ${stamp.incarnation.operation}, written by worker ${stamp.writer} as operation ${stamp.operation}`
  );
}
