/**
 * Names folded for people: web01, web02, web03 and db become `db,web[01-03]`. The text depends on the set only, not on its
 * order, and expandNodeSet gives the same set back.
 */

/** Longer numbers stay text, as in expandNodeSet. */
const digitRun = /(?<![0-9])[0-9]{1,15}(?![0-9])/;

export function foldNodeSet(names: Iterable<string>): string {
  const families = new Map<string, Box[]>();
  for (const name of new Set(names)) {
    const { family, box } = parse(name);
    const boxes = families.get(family);
    if (boxes === undefined) families.set(family, [box]);
    else boxes.push(box);
  }
  const texts = [...families.values()].flatMap((boxes) => mergeBoxes(boxes).map(textOf));
  return texts.sort(compareNatural).join(',');
}

/** Names that differ in their numbers only: the texts around them, and for each number the values it takes. */
interface Box {
  readonly texts: readonly string[];
  readonly dimensions: readonly (readonly string[])[];
}

function parse(name: string): { readonly family: string; readonly box: Box } {
  // A bracket in a name is an address: its digits are no counters.
  const parts = /[[\],]/.test(name) ? [name] : splitNumbers(name);
  const texts = parts.filter((_, at) => at % 2 === 0);
  const dimensions = parts.filter((_, at) => at % 2 === 1).map((digits) => [digits]);
  return { family: JSON.stringify(texts), box: { texts, dimensions } };
}

/** Text, number, text, number, ..., text. */
function splitNumbers(name: string): string[] {
  return name.split(new RegExp(`(${digitRun.source})`));
}

/** Joins boxes that are equal in all numbers but one, number after number: their union stays exactly the same names. */
function mergeBoxes(boxes: readonly Box[]): readonly Box[] {
  let merged = boxes;
  for (let dimension = (boxes[0]?.dimensions.length ?? 0) - 1; dimension >= 0; dimension--) {
    merged = mergeAlong(merged, dimension);
  }
  return merged;
}

function mergeAlong(boxes: readonly Box[], dimension: number): readonly Box[] {
  const groups = new Map<string, { readonly box: Box; readonly values: string[] }>();
  for (const box of boxes) {
    const key = JSON.stringify(box.dimensions.map((values, at) => (at === dimension ? [] : values)));
    const values = box.dimensions[dimension] ?? [];
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { box, values: [...values] });
    else for (const value of values) group.values.push(value);
  }
  return Array.from(groups.values(), ({ box, values }) => ({
    texts: box.texts,
    dimensions: box.dimensions.map((old, at) => (at === dimension ? values.sort(compareDigits) : old)),
  }));
}

function textOf({ texts, dimensions }: Box): string {
  return texts.map((text, at) => text + bracketOf(dimensions[at] ?? [])).join('');
}

function bracketOf(values: readonly string[]): string {
  return values.length > 1 ? `[${rangesOf(values).join(',')}]` : (values[0] ?? '');
}

/** Padded numbers first, so that 09 takes 10 and 11 with it; what is left counts without padding. */
function rangesOf(values: readonly string[]): readonly string[] {
  const left = new Set(values);
  const starts = [...values.filter(isPadded), ...values.filter((value) => !isPadded(value))];
  const ranges: { readonly first: string; readonly last: string }[] = [];
  for (const first of starts) {
    if (!left.delete(first)) continue;
    const width = isPadded(first) ? first.length : 0;
    let last = first;
    for (let next = after(last, width); left.delete(next); next = after(last, width)) last = next;
    ranges.push({ first, last });
  }
  return ranges
    .sort((a, b) => compareDigits(a.first, b.first))
    .map(({ first, last }) => (first === last ? first : `${first}-${last}`));
}

function after(digits: string, width: number): string {
  return String(Number(digits) + 1).padStart(width, '0');
}

/** 007, whose zeros are kept. */
export function isPadded(digits: string): boolean {
  return digits.length > 1 && digits.startsWith('0');
}

function compareDigits(a: string, b: string): number {
  return Number(a) - Number(b) || a.length - b.length;
}

/** By code units, except that numbers count as numbers: web2 before web10. */
export function compareNatural(a: string, b: string): number {
  const left = splitNumbers(a);
  const right = splitNumbers(b);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const one = left[at] ?? '';
    const other = right[at] ?? '';
    const order = at % 2 === 1 ? compareDigits(one, other) : compareText(one, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
