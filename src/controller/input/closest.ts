/** The name that was probably meant: for `did you mean ...` after a slip of the fingers. */

/** One slip in three letters is still the same word; more is another word. */
const lettersPerSlip = 3;

export function closest(typed: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestSlips = Math.max(1, Math.floor(typed.length / lettersPerSlip)) + 1;
  for (const name of names) {
    const slips = distance(typed.toLowerCase(), name.toLowerCase());
    if (slips < bestSlips) {
      best = name;
      bestSlips = slips;
    }
  }
  return best;
}

/** `did you mean web1?`, or else what there is. */
export function didYouMean(typed: string, names: readonly string[], otherwise: string): string {
  const name = closest(typed, names);
  return name === undefined ? otherwise : `did you mean ${name}? ${otherwise}`;
}

/** Longer words are no slips of each other, and would cost quadratic time. */
const maxLetters = 64;

/** Letters to insert, remove, replace or swap with a neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  if (a.length > maxLetters || b.length > maxLetters) return Infinity;
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (last[column] ?? Infinity) + 1,
        (current[column - 1] ?? Infinity) + 1,
        (last[column - 1] ?? Infinity) + (isSame ? 0 : 1),
        isSwap ? (beforeLast[column - 2] ?? Infinity) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? Infinity;
}
