/** What two texts differ in, as `diff -u` shows it: the shortest way from one to the other (Myers), where that isn't too long. */

/** The lines of a unified diff without its two head lines; none where the texts are equal. */
export function unifiedDiff(before: string, after: string): string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  return hunksOf(editsOf(old, now)).flatMap(hunkLines);
}

/** Lines with their ends: a last line without one is another line. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A line of either text, or of both, with its position in each. */
interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
  readonly oldAt: number;
  readonly newAt: number;
}

function editsOf(old: readonly string[], now: readonly string[]): readonly Edit[] {
  const least = Math.min(old.length, now.length);
  let head = 0;
  while (head < least && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < least - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const oldEnd = old.length - tail;
  const newEnd = now.length - tail;
  const kept = keptPairs(old.slice(head, oldEnd), now.slice(head, newEnd));
  const pairs = [
    ...Array.from({ length: head }, (_, at) => [at, at] as const),
    ...kept.map(([x, y]) => [head + x, head + y] as const),
    ...Array.from({ length: tail }, (_, at) => [oldEnd + at, newEnd + at] as const),
    [old.length, now.length] as const,
  ];
  const edits: Edit[] = [];
  let [oldAt, newAt] = [0, 0];
  for (const [x, y] of pairs) {
    for (; oldAt < x; oldAt++) edits.push({ sign: '-', line: old[oldAt] ?? '', oldAt, newAt });
    for (; newAt < y; newAt++) edits.push({ sign: '+', line: now[newAt] ?? '', oldAt, newAt });
    if (x < old.length) edits.push({ sign: ' ', line: old[x] ?? '', oldAt: oldAt++, newAt: newAt++ });
  }
  return edits;
}

/** Texts that differ in more lines than this are shown as wholly different: looking on costs its square. */
const maxDifferences = 500;

/** The positions of the lines that stay, by Myers' greedy way: each round reaches as far as one more difference allows. */
function keptPairs(old: readonly string[], now: readonly string[]): readonly (readonly [number, number])[] {
  const rounds: Int32Array[] = [];
  let reach = new Int32Array([0, 0, 0]);
  for (let differences = 0; differences <= Math.min(maxDifferences, old.length + now.length); differences++) {
    rounds.push(reach);
    const next = new Int32Array(2 * differences + 5);
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let x = startOf(reach, diagonal, differences);
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x++;
      next[diagonal + differences + 2] = x;
      if (x >= old.length && x - diagonal >= now.length) return walkBack(rounds, old.length, now.length);
    }
    reach = next;
  }
  return [];
}

/** Where a round starts on a diagonal: down from the one above, or right from the one below, whichever got further. */
function stepTo(
  reach: Int32Array,
  diagonal: number,
  differences: number,
): { readonly from: number; readonly isDown: boolean } {
  // The round before reached diagonals from -(differences - 1) on, with two places to spare.
  const at = (which: number): number => reach[which + differences + 1] ?? 0;
  const isDown = diagonal === -differences || (diagonal !== differences && at(diagonal - 1) < at(diagonal + 1));
  return { from: isDown ? at(diagonal + 1) : at(diagonal - 1), isDown };
}

function startOf(reach: Int32Array, diagonal: number, differences: number): number {
  const { from, isDown } = stepTo(reach, diagonal, differences);
  return differences === 0 || isDown ? from : from + 1;
}

function walkBack(rounds: readonly Int32Array[], oldLength: number, newLength: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = [oldLength, newLength];
  for (let differences = rounds.length - 1; differences >= 0; differences--) {
    const reach = rounds[differences] ?? new Int32Array(0);
    const diagonal = x - y;
    const start = startOf(reach, diagonal, differences);
    while (x > start && x > 0 && y > 0) pairs.push([--x, --y]);
    if (differences === 0) break;
    const { from, isDown } = stepTo(reach, diagonal, differences);
    x = from;
    y = x - (isDown ? diagonal + 1 : diagonal - 1);
  }
  return pairs.reverse();
}

const contextLines = 3;

/** Changes with the lines around them; what lies closer together than two contexts is one hunk. */
function hunksOf(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const hunks: Edit[][] = [];
  let lastChange = -Infinity;
  let end = 0;
  for (const [at, { sign }] of edits.entries()) {
    if (sign === ' ') continue;
    const isNear = at - lastChange <= 2 * contextLines + 1;
    const start = isNear ? end : Math.max(end, at - contextLines);
    const hunk = isNear ? (hunks.at(-1) ?? []) : [];
    if (!isNear) {
      hunks.at(-1)?.push(...edits.slice(end, Math.min(lastChange + 1 + contextLines, start)));
      hunks.push(hunk);
    }
    for (const edit of edits.slice(start, at + 1)) hunk.push(edit);
    end = at + 1;
    lastChange = at;
  }
  hunks.at(-1)?.push(...edits.slice(end, lastChange + 1 + contextLines));
  return hunks;
}

function hunkLines(hunk: readonly Edit[]): readonly string[] {
  const [first] = hunk;
  if (first === undefined) return [];
  const oldCount = hunk.filter(({ sign }) => sign !== '+').length;
  const newCount = hunk.filter(({ sign }) => sign !== '-').length;
  // Of no lines, the number is of the line before.
  const range = (at: number, count: number): string => `${count === 0 ? at : at + 1}${count === 1 ? '' : `,${count}`}`;
  return [
    `@@ -${range(first.oldAt, oldCount)} +${range(first.newAt, newCount)} @@`,
    ...hunk.flatMap(({ sign, line }) =>
      line.endsWith('\n') ? [sign + line.slice(0, -1)] : [sign + line, '\\ No newline at end of file'],
    ),
  ];
}
