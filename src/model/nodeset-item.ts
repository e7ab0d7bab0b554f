/** One item of a NodeSet: a name in which brackets stand for numbers, `rack[1-4]-node[01,03-07/2]`. */
import { FunbricError } from './errors.ts';
import { isPadded } from './fold-nodeset.ts';

/** More names than anyone has hosts: a slip such as [1-99999999] shall be an error, not a full memory. */
export const maxNames = 100_000;

/** A number with more digits can't be counted exactly; names keep such digits as text. */
const maxDigits = 15;

export interface Item {
  /** The whole NodeSet, for errors. */
  readonly whole: string;
  readonly text: string;
  /** Where it starts there. */
  readonly start: number;
}

/** All names of an item, in the order written. Throws `usage`, showing the place. */
export function expandItem(item: Item): readonly string[] {
  const segments = parseItem(item);
  const count = segments.reduce((product, segment) => product * segment.count, 1);
  if (count > maxNames) throw tooMany(item);
  return combine(segments);
}

export function tooMany({ whole, start }: Item): FunbricError {
  return mistake(whole, start, `stands for more than ${maxNames} names`, 'write a smaller range');
}

/** A part of a name: fixed text, or what a bracket stands for. */
interface Segment {
  readonly count: number;
  readonly values: () => Iterable<string>;
}

function parseItem({ whole, text, start }: Item): Segment[] {
  const segments: Segment[] = [];
  let from = 0;
  while (from < text.length) {
    const open = text.indexOf('[', from);
    const fixed = text.slice(from, open === -1 ? undefined : open);
    const stray = fixed.indexOf(']');
    if (stray !== -1) throw mistake(whole, start + from + stray, "has a ']' that nothing opened", 'remove it');
    if (fixed !== '') segments.push(literal(fixed));
    if (open === -1) break;
    const close = text.indexOf(']', open);
    if (close === -1) throw mistake(whole, start + open, "has a '[' that nothing closes", "write the ']'");
    segments.push(parseBracket(whole, start + open, text.slice(open, close + 1)));
    from = close + 1;
  }
  return segments;
}

function literal(text: string): Segment {
  return { count: 1, values: () => [text] };
}

function parseBracket(whole: string, at: number, bracket: string): Segment {
  const inside = bracket.slice(1, -1);
  if (inside.includes(':')) return literal(bracket);
  let offset = at + 1;
  const ranges: Range[] = [];
  for (const part of inside.split(',')) {
    ranges.push(parseRange(whole, offset, part));
    offset += part.length + 1;
  }
  return {
    count: ranges.reduce((sum, range) => sum + countOf(range), 0),
    values: () => ranges.flatMap(valuesOf),
  };
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** Digits that each number is padded to; 0: none. */
  readonly width: number;
}

const rangePattern = /^\s*(\d+)(?:-(\d+)(?:\/(\d+))?)?\s*$/;

function parseRange(whole: string, at: number, part: string): Range {
  const wanted = 'ranges look like 1-9, 01-60, 1-9/2 or 1,3,5-7';
  const match = rangePattern.exec(part);
  if (match === null) throw mistake(whole, at, `has "${part}" in a bracket, which is no range`, wanted);
  const [, firstText = '', lastText = firstText, stepText = '1'] = match;
  if ([firstText, lastText, stepText].some((digits) => digits.length > maxDigits)) {
    throw mistake(whole, at, `has a number of more than ${maxDigits} digits`, wanted);
  }
  if (isPadded(lastText) && lastText.length !== firstText.length) {
    throw mistake(
      whole,
      at,
      `pads ${firstText} and ${lastText} differently`,
      'pad both ends to the same digits: 01-60',
    );
  }
  const range = {
    first: Number(firstText),
    last: Number(lastText),
    step: Number(stepText),
    width: isPadded(firstText) ? firstText.length : 0,
  };
  if (range.last < range.first) throw mistake(whole, at, `counts down from ${firstText} to ${lastText}`, wanted);
  if (range.step === 0) throw mistake(whole, at, 'has a step of 0', wanted);
  return range;
}

function countOf({ first, last, step }: Range): number {
  return Math.floor((last - first) / step) + 1;
}

function valuesOf(range: Range): string[] {
  return Array.from({ length: countOf(range) }, (_, index) => pad(range.first + index * range.step, range.width));
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function combine(segments: readonly Segment[]): string[] {
  let names = [''];
  for (const segment of segments) {
    const values = [...segment.values()];
    names = names.flatMap((name) => values.map((value) => name + value));
  }
  return names;
}

export function mistake(whole: string, at: number, what: string, hint: string): FunbricError {
  const shown = whole.length > 200 ? `${whole.slice(0, 200)}...` : whole;
  return new FunbricError('usage', `"${shown}" ${what} (at character ${at + 1})`, { hint });
}
