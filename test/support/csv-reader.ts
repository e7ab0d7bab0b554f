/** A strict reader of RFC 4180 that shares nothing with what writes ours: it refuses what a lenient one would guess at. */

/** A text where it was quoted, a number or a boolean where not, undefined where nothing is written. */
export type ReadCell = string | number | boolean | undefined;

export function readCsv(text: string): readonly (readonly ReadCell[])[] {
  const rows: ReadCell[][] = [];
  let row: ReadCell[] = [];
  let at = 0;
  while (at < text.length) {
    const [cell, end] = text[at] === '"' ? quoted(text, at) : bare(text, at);
    row.push(cell);
    at = end;
    const hasComma = text[at] === ',';
    if (hasComma) at++;
    const isLast = text.startsWith('\r\n', at);
    if (!hasComma && !isLast) throw new Error(`byte ${at}: neither a comma nor the end of a line`);
    if (!isLast) continue;
    // A comma is followed by a cell, also at the end of a line.
    if (hasComma) row.push(undefined);
    rows.push(row);
    row = [];
    at += 2;
  }
  if (row.length > 0) throw new Error('the last line has no end');
  const [header = []] = rows;
  const odd = rows.findIndex(({ length }) => length !== header.length);
  if (odd >= 0) throw new Error(`row ${odd} has ${rows[odd]?.length} cells, not ${header.length}`);
  return rows;
}

function quoted(text: string, start: number): readonly [ReadCell, number] {
  let at = start + 1;
  let cell = '';
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) throw new Error(`byte ${start}: the quote never ends`);
    cell += text.slice(at, end);
    if (text[end + 1] !== '"') return [cell, end + 1];
    cell += '"';
    at = end + 2;
  }
}

function bare(text: string, start: number): readonly [ReadCell, number] {
  const [word = ''] = /^[^",\r\n]*/.exec(text.slice(start, start + 64)) ?? [];
  const end = start + word.length;
  if (word === '') return [undefined, end];
  if (word === 'true' || word === 'false') return [word === 'true', end];
  if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(word)) throw new Error(`byte ${start}: ${word} is neither number nor quoted`);
  return [Number(word), end];
}
