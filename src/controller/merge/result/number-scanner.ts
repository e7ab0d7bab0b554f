/**
 * JSON, mostly of numbers, read from its bytes: only what JSON.stringify writes, without a blank, and in the order that the caller
 * knows. Whatever is written otherwise is for JSON.parse, and for the schema, to judge.
 */
const zero = 0x30;
const nine = 0x39;
const minus = 0x2d;
const point = 0x2e;
const colon = 0x3a;
const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;

/** So many digits are exact in a double, and so is a power of ten up to them: one division of them is rounded once. */
const exactDigits = 15;
const leastInexact = 10 ** exactDigits;
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, exponent) => 10 ** exponent);

export class NumberScanner {
  readonly bytes: Buffer;
  /** Where it reads on. */
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /**
   * Whether this comes next: a bracket or comma, a key in quotes and its colon, whatever blanks are between them. Then it
   * reads on behind it, and else stays where it is.
   */
  takesKey(text: Uint8Array): boolean {
    const { bytes } = this;
    let at = this.#behindBlanks(this.at);
    if (bytes[at] !== text[0]) return false;
    at = this.#behindBlanks(at + 1);
    for (let place = 1; place < text.length; place++, at++) if (bytes[at] !== text[place]) return false;
    at = this.#behindBlanks(at);
    if (bytes[at] !== colon) return false;
    this.at = at + 1;
    return true;
  }

  /** The same of one byte. */
  takes(byte: number): boolean {
    const at = this.#behindBlanks(this.at);
    if (this.bytes[at] !== byte) return false;
    this.at = at + 1;
    return true;
  }

  /** The same of one of some texts, which have no blanks: which one it is. */
  takesOneOf(texts: readonly Uint8Array[]): number {
    const at = this.#behindBlanks(this.at);
    const found = texts.findIndex((text) => text.every((byte, place) => this.bytes[at + place] === byte));
    this.at = at + (texts[found]?.length ?? 0);
    return found;
  }

  /** A string without anything escaped, as names of operations and of our files are. */
  takesPlainText(): boolean {
    const { bytes } = this;
    let at = this.#behindBlanks(this.at);
    if (bytes[at] !== quote) return false;
    at++;
    for (let byte = bytes[at] ?? 0; byte >= space && byte !== quote; byte = bytes[at] ?? 0) {
      if (byte === backslash) return false;
      at++;
    }
    if (bytes[at] !== quote) return false;
    this.at = at + 1;
    return true;
  }

  /** NaN where none comes next, or one with an exponent. */
  number(): number {
    const { bytes } = this;
    const start = this.#behindBlanks(this.at);
    let at = bytes[start] === minus ? start + 1 : start;
    const first = at;
    let value = 0;
    for (; isDigit(bytes[at]); at++) value = value * 10 + ((bytes[at] ?? zero) - zero);
    let digits = at - first;
    if (digits === 0 || (digits > 1 && bytes[first] === zero)) return NaN;
    let places = 0;
    if (bytes[at] === point) {
      const behind = at + 1;
      for (at = behind; isDigit(bytes[at]); at++) value = value * 10 + ((bytes[at] ?? zero) - zero);
      places = at - behind;
      if (places === 0) return NaN;
      digits += places;
    }
    if (isExponent(bytes[at])) return NaN;
    this.at = at;
    if (digits > exactDigits) return Number(bytes.toString('latin1', start, at));
    const exact = places === 0 ? value : value / (powers[places] ?? NaN);
    return first === start ? exact : -exact;
  }

  /** NaN where none comes next, or one that no count is, or is so large. */
  count(): number {
    const value = this.number();
    return Number.isInteger(value) && value >= 0 && value < leastInexact ? value : NaN;
  }

  #behindBlanks(from: number): number {
    const { bytes } = this;
    let at = from;
    while (isBlank(bytes[at])) at++;
    return at;
  }
}

function isBlank(byte: number | undefined): boolean {
  // Mostly it is none.
  return byte !== undefined && byte <= space && (byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function isExponent(byte: number | undefined): boolean {
  return byte === 0x65 || byte === 0x45;
}
