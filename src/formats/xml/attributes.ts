/**
 * The attributes of the tag that was read last, as places in its bytes: what nobody asks for is never made a string, and
 * that is most of a result file. Valid until the handler returns.
 */
import { decimalOf, holds, isSame, Words } from './bytes.ts';
import { attributeText, type Remark } from './text.ts';

/** A tag with more is refused. */
export const maxAttributes = 256;

/** An attribute that a format knows. It remembers where it was last time: a tool writes them in one order. */
export class AttributeName {
  readonly bytes: Uint8Array;
  hint = 0;

  constructor(name: string) {
    this.bytes = new TextEncoder().encode(name);
  }
}

export class Attributes {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the name of the tag ends. */
  tagNameTo = 0;
  /** `<a/>`. */
  isEmpty = false;
  /** Whether it may go over several lines. */
  hasLines = false;
  count = 0;
  readonly nameFrom = new Int32Array(maxAttributes);
  readonly nameTo = new Int32Array(maxAttributes);
  readonly valueFrom = new Int32Array(maxAttributes);
  readonly valueTo = new Int32Array(maxAttributes);
  /** See `holds` of bytes.ts. */
  readonly valueHolds = new Uint8Array(maxAttributes);
  /** A set of 64 hashes of the names so far: only where one comes again are names compared. */
  #seenLow = 0;
  #seenHigh = 0;
  readonly #words = new Words();
  readonly #remark: Remark;

  constructor(remark: Remark) {
    this.#remark = remark;
  }

  begin(bytes: Buffer, tagNameTo: number): void {
    this.bytes = bytes;
    this.tagNameTo = tagNameTo;
    this.isEmpty = false;
    this.hasLines = false;
    this.count = 0;
    this.#seenLow = 0;
    this.#seenHigh = 0;
  }

  /** Whether it is the first of its name. */
  add(nameFrom: number, nameTo: number, valueFrom: number, valueTo: number, valueHolds: number): boolean {
    const { count } = this;
    if (this.#maySee(nameFrom, nameTo) && this.#sees(nameFrom, nameTo)) return false;
    this.nameFrom[count] = nameFrom;
    this.nameTo[count] = nameTo;
    this.valueFrom[count] = valueFrom;
    this.valueTo[count] = valueTo;
    this.valueHolds[count] = valueHolds;
    if ((valueHolds & holds.control) !== 0) this.hasLines = true;
    this.count = count + 1;
    return true;
  }

  text(name: AttributeName): string | undefined {
    const at = this.#find(name);
    return at < 0 ? undefined : this.#valueAt(at);
  }

  /** The same for words that come again and again. */
  word(name: AttributeName): string | undefined {
    const at = this.#find(name);
    if (at < 0) return undefined;
    if (this.valueHolds[at] !== 0) return this.#valueAt(at);
    return this.#words.of(this.bytes, this.valueFrom[at] ?? 0, this.valueTo[at] ?? 0);
  }

  /** Undefined where it is missing, or no finite decimal number. */
  number(name: AttributeName): number | undefined {
    const at = this.#find(name);
    if (at < 0) return undefined;
    return decimalOf(this.bytes, this.valueFrom[at] ?? 0, this.valueTo[at] ?? 0) ?? anyNumber(this.#valueAt(at));
  }

  /** All of them, for elements that may have any. */
  entries(): readonly (readonly [name: string, value: string])[] {
    return Array.from({ length: this.count }, (_, at) => [
      this.bytes.toString('utf8', this.nameFrom[at], this.nameTo[at]),
      this.#valueAt(at),
    ]);
  }

  #maySee(from: number, to: number): boolean {
    const hash = (this.bytes[from] ?? 0) + 3 * (this.bytes[to - 1] ?? 0) + 23 * (to - from);
    const bit = 1 << (hash & 31);
    const isHigh = (hash & 32) !== 0;
    const isSeen = ((isHigh ? this.#seenHigh : this.#seenLow) & bit) !== 0;
    if (isHigh) this.#seenHigh |= bit;
    else this.#seenLow |= bit;
    return isSeen;
  }

  #sees(from: number, to: number): boolean {
    for (let at = 0; at < this.count; at++) {
      const other = this.nameFrom[at] ?? 0;
      if ((this.nameTo[at] ?? 0) - other !== to - from) continue;
      let same = 0;
      while (same < to - from && this.bytes[from + same] === this.bytes[other + same]) same++;
      if (same === to - from) return true;
    }
    return false;
  }

  #valueAt(at: number): string {
    const from = this.valueFrom[at] ?? 0;
    const to = this.valueTo[at] ?? 0;
    return attributeText({ bytes: this.bytes, from, to, holds: this.valueHolds[at] ?? 0 }, this.#remark);
  }

  #find(name: AttributeName): number {
    if (name.hint < this.count && this.#isNamed(name.hint, name.bytes)) return name.hint;
    for (let at = 0; at < this.count; at++) {
      if (!this.#isNamed(at, name.bytes)) continue;
      name.hint = at;
      return at;
    }
    return -1;
  }

  #isNamed(at: number, name: Uint8Array): boolean {
    return isSame(this.bytes, this.nameFrom[at] ?? 0, this.nameTo[at] ?? 0, name);
  }
}

/** Spellings that are rarer than digits and a point: signs, exponents, more digits than a double holds. */
function anyNumber(text: string): number | undefined {
  const value = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}
