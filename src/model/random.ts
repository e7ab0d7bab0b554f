/**
 * Seeded randomness: every decision of a run is drawn from here, so that the same seed makes the same decisions.
 * sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, public domain): 32-bit arithmetic, a few ns a draw.
 */
export interface Random {
  /** An integer in [0, 2^32). */
  next(): number;
  /** An integer in [0, bound), bound between 1 and 2^32. */
  below(bound: number): number;
}

/** A generator of its own for a purpose: streams that differ in any key are independent. */
export function randomOf(seed: number, ...keys: readonly number[]): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11) | 0;
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (const key of [seed, Math.floor(seed / 2 ** 32), ...keys]) {
    a ^= key | 0;
    for (let round = 0; round < 12; round++) next();
  }
  return {
    next,
    // Multiplying instead of taking the rest keeps all 32 bits in play; the bias is below bound / 2^32.
    below: (bound) => Math.floor((next() / 2 ** 32) * bound),
  };
}

/** Mixes words into one well spread 32-bit number (the finalizer of MurmurHash3, public domain, over each word). */
export function hash32(...words: readonly number[]): number {
  let hash = 0x2545f491;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** A 32-bit number for a text, such as the tag of a run in every stamp. */
export function hashText32(text: string): number {
  return hash32(...Array.from(text, (character) => character.codePointAt(0) ?? 0));
}
