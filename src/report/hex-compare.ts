/**
 * Bytes that had to be there above those that were found, sixteen a line, and only once where they are the same. The sign at the
 * start says which is which, so that it is read without colour; what differs is marked byte by byte.
 */
import type { HexLine, HexPart } from './section.ts';

const bytesALine = 16;

/** Lines of what is kept, and those of them that differ: a body that is another one differs in all. */
const maxLines = 32;
const maxDifferent = 8;

export function compareHex({
  from,
  found,
  expected,
}: {
  readonly from: number;
  readonly found: string;
  readonly expected?: string | undefined;
}): readonly HexLine[] {
  const [seen, due] = [bytesOf(found), expected === undefined ? undefined : bytesOf(expected)];
  if (seen.length === 0 || (due !== undefined && due.length !== seen.length)) return [];
  const lines: HexLine[] = [];
  let same = 0;
  let different = 0;
  for (let at = 0; at < Math.min(seen.length, maxLines * bytesALine); at += bytesALine) {
    const row = seen.slice(at, at + bytesALine);
    const other = due?.slice(at, at + bytesALine) ?? row;
    const isSame = row.every((byte, place) => byte === other[place]);
    same = isSame ? same + 1 : 0;
    const address = `0x${(from + at).toString(16).padStart(6, '0')}`;
    // Far from a difference one line says it for all.
    if (isSame && due !== undefined && same > 2 && !isNearDifference(seen, due, at)) {
      if (lines.at(-1)?.kind !== 'cut') lines.push({ kind: 'cut', head: '* ', parts: [plain('the same')] });
    } else if (!isSame && ++different > maxDifferent) {
      if (lines.at(-1)?.kind !== 'cut')
        lines.push({ kind: 'cut', head: '* ', parts: [plain('and more that differs')] });
    } else if (isSame)
      lines.push({ kind: 'same', head: `  ${address}  `, parts: [plain(`${spaced(row)}  ${ascii(row)}`)] });
    else {
      const both = [
        ['expected', `- ${address}  `, other, row],
        ['found', `+ ${address}  `, row, other],
      ] as const;
      for (const [kind, head, one, beside] of both)
        lines.push({ kind, head, parts: [...marked(one, beside), plain(`${pad(one)}  ${ascii(one)}`)] });
    }
  }
  return lines;
}

function isNearDifference(seen: readonly string[], due: readonly string[], at: number): boolean {
  const next = at + 2 * bytesALine;
  return seen.slice(at, next).some((byte, place) => byte !== due[at + place]);
}

function bytesOf(hex: string): readonly string[] {
  return /^(?:[0-9a-f]{2})+$/i.test(hex) ? (hex.toLowerCase().match(/../g) ?? []) : [];
}

/** Runs of bytes that differ, and of those that don't. */
function marked(row: readonly string[], other: readonly string[]): readonly HexPart[] {
  const parts: HexPart[] = [];
  for (const [place, byte] of row.entries()) {
    const isDifferent = byte !== other[place];
    const last = parts.at(-1);
    const gap = place === 0 ? '' : place === bytesALine / 2 ? '  ' : ' ';
    if (last?.isDifferent === isDifferent) parts[parts.length - 1] = { text: `${last.text}${gap}${byte}`, isDifferent };
    else parts.push(...(gap === '' ? [] : [plain(gap)]), { text: byte, isDifferent });
  }
  return parts;
}

function plain(text: string): HexPart {
  return { text, isDifferent: false };
}

function spaced(row: readonly string[]): string {
  const text = [row.slice(0, 8), row.slice(8)].map((half) => half.join(' ')).join('  ');
  return text.padEnd(width);
}

/** What a short last line lacks. */
function pad(row: readonly string[]): string {
  return ' '.repeat(Math.max(0, width - (row.length * 3 - 1 + (row.length > 8 ? 1 : 0))));
}

const width = bytesALine * 3;

function ascii(row: readonly string[]): string {
  return row.map((byte) => printable(Number.parseInt(byte, 16))).join('');
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCodePoint(byte) : '.';
}
