/**
 * The bytes of a wrong chunk: those that its reader kept, beside those that had to be there. Content follows from its stamp, so
 * what was written is computed again, and so is what was found where the reader compared it with its stamp and kept nothing.
 */
import type { BytesView } from '../../model/forensics.ts';
import { windowStart } from '../../model/kept-window.ts';
import { arenaOf } from '../../model/namespace.ts';
import { contents } from '../../model/record.ts';
import { bodyOffset, decodeStamp, encodeStamp, makePool, stampBytes, type Stamp } from '../../model/stamp.ts';
import type { Evidence } from '../journal/evidence.ts';
import { evidenceNoteOf } from '../journal/notes.ts';
import type { Entry } from '../journal/record-log.ts';

/** What a reader kept of a chunk. */
export interface KeptWindow {
  /** Byte of the chunk of the first of them, and where it is first wrong. */
  readonly from: number;
  readonly wrongAt: number;
  readonly bytes: Uint8Array;
}

export function keptWindow(evidence: Evidence, look: Entry, chunk: number): KeptWindow | undefined {
  const note = evidenceNoteOf(evidence, look, chunk);
  if (note === undefined || note.aroundHex.length < 2) return undefined;
  const { chunkBytes } = evidence.facts;
  const wrongAt = note.offset - chunk * chunkBytes;
  const from = windowStart(wrongAt, chunkBytes);
  const pairs = note.aroundHex.match(/../g) ?? [];
  const bytes = Uint8Array.from(pairs.slice(0, chunkBytes - from), (pair) => Number.parseInt(pair, 16));
  return { from, wrongAt, bytes };
}

/** Where the window has the whole of it. */
export function stampOf(window: KeptWindow | undefined): Stamp | undefined {
  if (window?.from !== 0 || window.bytes.length < stampBytes) return undefined;
  return decodeStamp(new Uint32Array(window.bytes.slice(0, stampBytes).buffer));
}

/** Of what is computed: the stamp and a piece of the body say enough. */
const computedBytes = 96;

export function bytesViewOf(
  evidence: Evidence,
  given: {
    readonly look: Entry;
    readonly chunk: number;
    readonly expected: Entry | 'zeros' | undefined;
    readonly source: Entry | undefined;
    readonly window: KeptWindow | undefined;
  },
): BytesView | undefined {
  const { look, chunk, expected, source, window } = given;
  const maker = new Maker(evidence);
  const { from, length } =
    window === undefined ? { from: 0, length: computedBytes } : { from: window.from, length: window.bytes.length };
  const found = window?.bytes ?? maker.found(look, source, { chunk, from, length });
  if (found === undefined) return undefined;
  // A body that its stamp doesn't explain had to go on as the stamp says, whatever else is wrong.
  const due = expected ?? (look.record.content === contents.badBody ? source : undefined);
  const bytes = due === undefined ? undefined : maker.due(due, { chunk, from, length });
  return {
    from: chunk * evidence.facts.chunkBytes + from,
    found: hexOf(found),
    ...(bytes === undefined ? {} : { expected: hexOf(bytes) }),
    basis: window === undefined ? 'computed' : 'kept',
  };
}

interface Piece {
  readonly chunk: number;
  readonly from: number;
  readonly length: number;
}

class Maker {
  readonly #chunkBytes: number;
  readonly #runTag: number;
  #pool: Uint8Array | undefined;

  constructor({ facts, runTag }: Evidence) {
    this.#chunkBytes = facts.chunkBytes;
    this.#runTag = runTag;
  }

  found({ record }: Entry, source: Entry | undefined, piece: Piece): Uint8Array | undefined {
    if (record.content === contents.zeros) return new Uint8Array(piece.length);
    if (source === undefined) return undefined;
    if (record.content === contents.misplaced) return this.due(source, { ...piece, chunk: record.target });
    return record.content === contents.data ? this.due(source, piece) : undefined;
  }

  due(write: Entry | 'zeros', { chunk, from, length }: Piece): Uint8Array {
    if (write === 'zeros') return new Uint8Array(length);
    const { owner, incarnation, writer, sequence, generation } = write.record;
    const words = new Uint32Array(stampBytes / 4);
    const whose = { creator: owner, operation: incarnation };
    const operation = arenaOf(owner) === undefined ? sequence : generation;
    encodeStamp({ runTag: this.#runTag, incarnation: whose, writer, chunk, operation, generation }, words);
    this.#pool ??= makePool(this.#runTag, this.#chunkBytes);
    const body = bodyOffset(words, 0);
    const whole = new Uint8Array(this.#chunkBytes);
    whole.set(new Uint8Array(words.buffer));
    whole.set(this.#pool.subarray(body, body + this.#chunkBytes - stampBytes), stampBytes);
    return whole.slice(from, from + length);
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
