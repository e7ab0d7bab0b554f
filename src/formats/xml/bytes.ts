/** What the scanner asks of single bytes, without making strings of them: a result file is mostly what nobody reads. */
export const lineFeed = 10;
export const carriageReturn = 13;
export const space = 32;
export const exclamation = 33;
export const doubleQuote = 34;
export const ampersand = 38;
export const singleQuote = 39;
export const slash = 47;
export const lessThan = 60;
export const equals = 61;
export const greaterThan = 62;
export const question = 63;

/** What a stretch of bytes holds besides plain ASCII, ored together. */
export const holds = { control: 1, reference: 2, beyondAscii: 4, lessThan: 8 } as const;

/** By byte. */
export const classes: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80) return holds.beyondAscii;
  if (byte === ampersand) return holds.reference;
  if (byte === lessThan) return holds.lessThan;
  return byte < 0x20 || byte === 0x7f ? holds.control : 0;
});

/** Letters, digits and `_ : - .`, and all beyond ASCII: what a name may be made of. */
export const isNameByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[\w:.-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Space, tab, line feed, carriage return. */
export const isSpace: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 32 || byte === 9 || byte === lineFeed || byte === carriageReturn ? 1 : 0,
);

export function isSame(bytes: Uint8Array, from: number, to: number, other: Uint8Array): boolean {
  if (to - from !== other.length) return false;
  for (let at = 0; at < other.length; at++) if (bytes[from + at] !== other[at]) return false;
  return true;
}

export function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at++) if (bytes[at] === lineFeed) lines++;
  return lines;
}

/**
 * A plain decimal number: digits with at most one point, and few enough of them that one division rounds as the
 * standard demands. Undefined for anything else, also for what is a number in another spelling.
 */
export function decimalOf(bytes: Uint8Array, from: number, to: number): number | undefined {
  let digits = 0;
  let value = 0;
  let fraction = -1;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      if (value > 0) digits++;
      if (fraction >= 0) fraction++;
    } else if (byte === 46 && fraction < 0) fraction = 0;
    else return undefined;
  }
  if (to === from || digits > 15 || fraction > 22 || to - from === (fraction < 0 ? 0 : 1)) return undefined;
  return fraction > 0 ? value / (powersOfTen[fraction] ?? 1) : value;
}

const powersOfTen: Float64Array = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/**
 * Words that come again and again (names, `get`, `Successful`), each made a string once. It forgets words when others
 * take their place, so it never grows, and it holds on to no part of the file.
 */
export class Words {
  readonly #known: string[] = Array.from({ length: 1024 }, () => '');

  /** Plain ASCII only. */
  of(bytes: Buffer, from: number, to: number): string {
    let hash = to - from;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
    const place = (hash ^ (hash >>> 12)) & 1023;
    const known = this.#known[place] ?? '';
    if (isText(bytes, from, to, known)) return known;
    const word = bytes.toString('latin1', from, to);
    this.#known[place] = word;
    return word;
  }
}

function isText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (text.length !== to - from) return false;
  for (let at = from; at < to; at++) if (bytes[at] !== text.charCodeAt(at - from)) return false;
  return true;
}
