/**
 * A chunk that is wrong has one code, the first that holds (docs/integrity.md): zeros; a stamp of another run, of
 * another incarnation, of another chunk; anything that can't be explained; and only then its generation is judged.
 */
import { contents } from '../model/record.ts';

export type ChunkCode = 'D04' | 'D05' | 'D06' | 'D07' | 'D08' | 'D09' | 'D11' | 'D18' | 'D20' | 'D21' | 'D22' | 'D23';

/** What a read found in one chunk. */
export interface Seen {
  readonly content: number;
  /** Where a stamp was readable: the chunk that it names. */
  readonly target: number;
  readonly creator: number;
  readonly incarnation: number;
  readonly generation: number;
}

/** What the history allows there. */
export interface Allowed {
  /** Whether a file that may have been opened under that name may carry this stamp there. */
  mayHold(stamp: Seen): boolean;
  /** The generation that must be there, 0 for zeros; undefined where the history leaves it open. */
  readonly generation: number | undefined;
  /** Whether a chunk there was ever written with this stamp, whatever the outcome. */
  wasWritten(stamp: Seen): boolean;
}

/** The code of a wrong chunk, or undefined for one that the history explains. */
export function classify(seen: Seen, chunk: number, allowed: Allowed): ChunkCode | undefined {
  const hasStamp =
    seen.content === contents.data || seen.content === contents.misplaced || seen.content === contents.badBody;
  if (seen.content === contents.zeros) return (allowed.generation ?? 0) > 0 ? 'D11' : undefined;
  if (seen.content === contents.foreign) return 'D08';
  if (hasStamp && !allowed.mayHold(seen)) return 'D07';
  if (seen.content === contents.misplaced) return 'D06';
  if (seen.content === contents.badBody && seen.target !== chunk) return 'D06';
  if (allowed.generation === undefined) return undefined;
  if (seen.content === contents.unreadable || seen.content === contents.badBody) return 'D05';
  return seen.content === contents.data ? judgeGeneration(seen, allowed.generation, allowed) : undefined;
}

/** Generations rise along a line of copies too, so that of two stamps that a file may carry the number alone says which is newer. */
function judgeGeneration(found: Seen, expected: number, allowed: Allowed): ChunkCode | undefined {
  if (found.generation === expected) return undefined;
  if (!allowed.wasWritten(found)) return 'D05';
  if (expected === 0) return 'D20';
  // A newer one than was acknowledged is the content of a write that returned an error (D16), which is allowed.
  return found.generation < expected ? 'D04' : undefined;
}
