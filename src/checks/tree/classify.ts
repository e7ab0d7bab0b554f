/**
 * A chunk that is wrong has one code, the first that holds (docs/integrity.md): zeros; a stamp of another run, of
 * another incarnation, of another chunk; anything that can't be explained; and only then its generation is judged.
 */
import { contents } from '../../model/record.ts';
import { stampBytes } from '../../model/stamp.ts';

export type ChunkCode =
  | 'C01'
  | 'C02'
  | 'C05'
  | 'C06'
  | 'D04'
  | 'D05'
  | 'D06'
  | 'D07'
  | 'D08'
  | 'D09'
  | 'D11'
  | 'D18'
  | 'D20'
  | 'D21'
  | 'D22'
  | 'D23';

/** What a read found in one chunk. */
export interface Seen {
  readonly content: number;
  /** Where a stamp was readable: the chunk that it names. */
  readonly target: number;
  readonly creator: number;
  readonly incarnation: number;
  readonly generation: number;
}

/** The chunk's bytes end there; zeros follow, or nothing does. */
export interface ChunkEnd {
  readonly end: number;
  readonly chunkBytes: number;
}

/** What the history allows there. */
export interface Allowed {
  /** Whether a file that may have been opened under that name may carry this stamp there. */
  mayHold(stamp: Seen): boolean;
  /** The generation that must be there, 0 for zeros; undefined where the history leaves it open. */
  readonly generation: number | undefined;
  readonly ends: ChunkEnd;
  /** Whether a chunk there was ever written with this stamp, whatever the outcome. */
  wasWritten(stamp: Seen): boolean;
}

/** The code of a wrong chunk, or undefined for one that the history explains. */
export function classify(seen: Seen, chunk: number, allowed: Allowed): ChunkCode | undefined {
  const hasStamp =
    seen.content === contents.data ||
    seen.content === contents.misplaced ||
    seen.content === contents.badBody ||
    isStampedCut(seen);
  if (seen.content === contents.zeros) return (allowed.generation ?? 0) > 0 ? 'D11' : undefined;
  if (seen.content === contents.foreign) return 'D08';
  if (hasStamp && !allowed.mayHold(seen)) return 'D07';
  if (seen.content === contents.misplaced) return 'D06';
  if (seen.content === contents.badBody && seen.target !== chunk) return 'D06';
  if (allowed.generation === undefined) return undefined;
  if (seen.content === contents.unreadable || seen.content === contents.badBody) return 'D05';
  if (seen.content === contents.data || isStampedCut(seen)) {
    const isOfGeneration = seen.generation === allowed.generation;
    return isOfGeneration ? judgeEnd(seen, allowed.ends) : judgeGeneration(seen, allowed.generation, allowed);
  }
  if (seen.content !== contents.cut) return undefined;
  return allowed.generation === 0 ? 'D20' : judgeEnd(seen, allowed.ends);
}

export function isStampedCut({ content, target }: Pick<Seen, 'content' | 'target'>): boolean {
  return content === contents.cut && target >= stampBytes;
}

/** Whether the chunk has been seen as far as it must go: it carries the right stamp, or the start of one. */
export function endsRight(seen: Pick<Seen, 'content' | 'target'>, ends: ChunkEnd): boolean {
  return judgeEnd(seen, ends) === undefined;
}

/** Bodies are made of words of four bytes, none of them zero: so many zeros at most are in a row. */
const zerosInBody = 6;
/** From here on there are two words of the body in front of an end. */
const bodyEnd = stampBytes + 8;

function judgeEnd(
  { content, target }: Pick<Seen, 'content' | 'target'>,
  { end, chunkBytes }: ChunkEnd,
): ChunkCode | undefined {
  const used = content === contents.data ? chunkBytes : target;
  if (used > end) return 'D20';
  return end >= bodyEnd && used < end - zerosInBody ? 'D05' : undefined;
}

/** Generations rise along a line of copies too, so that of two stamps that a file may carry the number alone says which is newer. */
function judgeGeneration(found: Seen, expected: number, allowed: Allowed): ChunkCode | undefined {
  if (found.generation === expected) return undefined;
  if (!allowed.wasWritten(found)) return 'D05';
  if (expected === 0) return 'D20';
  // A newer one than was acknowledged is the content of a write that returned an error (D16), which is allowed.
  return found.generation < expected ? 'D04' : undefined;
}
