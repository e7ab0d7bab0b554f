/**
 * Makes lines (see model/line.ts), and tells which lines the bytes of a file hold: in one pass, each line checked against the
 * pool that its body is from, and what is no line told with its place and with what is left of it.
 */
import { lineHeaderBytes, lineMagic, decodeLine, encodeLine, type Line } from '../model/line.ts';
import { contents } from '../model/record.ts';
import { bodyOffset } from '../model/stamp.ts';
import type { Content } from './content.ts';

/** The longest line: large enough to cross pages and to be torn. */
export const maxLineBytes = 1 << 16;

/** Bytes that no line explains. */
export interface NoLine {
  readonly content: number;
  readonly position: number;
  readonly bytes: number;
  /** What its header says, where one is left. */
  readonly line: Line | undefined;
  /** Another line lies over it, and what is behind that is still its own. */
  readonly isCovered: boolean;
}

/** Fills the buffer from its start; its words are those of the same memory. */
export function fillLine(
  { pool }: Content,
  buffer: { readonly bytes: Buffer; readonly words: Uint32Array },
  line: Line,
): void {
  encodeLine(line, buffer.words);
  const source = bodyOf(pool, buffer.words, line);
  pool.copy(buffer.bytes, lineHeaderBytes, source, source + line.bytes - lineHeaderBytes);
}

export function lookAtLines(
  content: Content,
  { bytes, file }: { readonly bytes: Buffer; readonly file: number },
  tell: { readonly line: (line: Line, position: number) => void; readonly noLine: (found: NoLine) => void },
): void {
  const reader = new LineReader(content, bytes);
  let at = 0;
  while (at < bytes.length) {
    const line = reader.headerAt(at);
    if (line?.runTag === content.runTag && line.file === file && reader.isBodyGood(at, line)) {
      tell.line(line, at);
      at += line.bytes;
      continue;
    }
    const next = reader.nextHeader(at + 1);
    tell.noLine(reader.noLine({ at, next, line, file }));
    at = next;
  }
}

class LineReader {
  readonly #content: Content;
  readonly #bytes: Buffer;
  /** A line starts at any byte: its header is looked at where words are aligned. */
  readonly #words = new Uint32Array(lineHeaderBytes / 4);
  readonly #header = Buffer.from(this.#words.buffer);

  constructor(content: Content, bytes: Buffer) {
    this.#content = content;
    this.#bytes = bytes;
  }

  headerAt(at: number): Line | undefined {
    if (at + lineHeaderBytes > this.#bytes.length) return undefined;
    this.#bytes.copy(this.#header, 0, at, at + lineHeaderBytes);
    return decodeLine(this.#words);
  }

  isBodyGood(at: number, line: Line): boolean {
    return this.#isSame(at, line, lineHeaderBytes);
  }

  /** Where the next header is, or the end. */
  nextHeader(from: number): number {
    for (
      let at = this.#bytes.indexOf(lineMagic, from, 'latin1');
      at >= 0;
      at = this.#bytes.indexOf(lineMagic, at + 1, 'latin1')
    ) {
      if (this.headerAt(at) !== undefined) return at;
    }
    return this.#bytes.length;
  }

  noLine({ at, next, line, file }: { at: number; next: number; line: Line | undefined; file: number }): NoLine {
    const found = { position: at, bytes: next - at, line, isCovered: false };
    if (line === undefined) return { ...found, content: this.#isZero(at, next) ? contents.zeros : contents.unreadable };
    if (line.runTag !== this.#content.runTag) return { ...found, content: contents.foreign };
    if (line.file !== file) return { ...found, content: contents.misplaced };
    return { ...found, content: contents.badBody, isCovered: this.#isCovered(at, next, line) };
  }

  /** Its last bytes are where they were put, behind the start of another line. */
  #isCovered(at: number, next: number, line: Line): boolean {
    this.headerAt(at);
    return next + lineHeaderBytes + tailBytes <= at + line.bytes && this.#isSame(at, line, line.bytes - tailBytes);
  }

  /** Whether the line's bytes from `from` on are what its header, the one looked at last, says. */
  #isSame(at: number, line: Line, from: number): boolean {
    const { pool } = this.#content;
    if (at + line.bytes > this.#bytes.length || line.bytes > maxLineBytes) return false;
    const source = bodyOf(pool, this.#words, line);
    const skipped = from - lineHeaderBytes;
    const end = line.bytes - lineHeaderBytes;
    return pool.compare(this.#bytes, at + from, at + line.bytes, source + skipped, source + end) === 0;
  }

  #isZero(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (this.#bytes[at] !== 0) return false;
    return true;
  }
}

/** That so many agree by chance is out of the question. */
const tailBytes = 8;

function bodyOf(pool: Buffer, words: Uint32Array, line: Line): number {
  return Math.min(bodyOffset(words, 0), pool.length - (line.bytes - lineHeaderBytes));
}
