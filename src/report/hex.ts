/** Bytes as people read them: position, sixteen bytes, the same as ASCII; equal lines in a row are one `*`. */
const bytesALine = 16;

/** The evidence that an agent keeps is 512 bytes; more is a host that plays with us. */
const maxBytes = 1024;

export function hexDump(hex: string): readonly string[] {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) return [];
  const lines: string[] = [];
  let previous = '';
  for (let at = 0; at < Math.min(hex.length / 2, maxBytes); at += bytesALine) {
    const bytes = hex.slice(2 * at, 2 * (at + bytesALine)).toLowerCase();
    const isLast = 2 * (at + bytesALine) >= hex.length;
    if (bytes !== previous || isLast) lines.push(line(at, bytes));
    else if (lines.at(-1) !== '*') lines.push('*');
    previous = bytes;
  }
  return lines;
}

function line(at: number, hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const left = bytes.slice(0, 8).join(' ').padEnd(23);
  const right = bytes.slice(8).join(' ').padEnd(23);
  const ascii = bytes.map((byte) => printable(Number.parseInt(byte, 16))).join('');
  return `+${at.toString(16).padStart(4, '0')}  ${left}  ${right}  |${ascii}|`;
}

function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCodePoint(byte) : '.';
}
