/**
 * The terminal, with a frame at its bottom that is drawn in place. Whatever is printed meanwhile scrolls by above the frame,
 * and each change of both is one write, so that nothing flickers. The cursor is hidden as long as there is a frame.
 */
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from './text-width.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Terminal {
  /** A person looks on. */
  readonly isTerminal: boolean;
  readonly size: () => Size;
  /** Shows these lines below all else; they must fit. */
  readonly draw: (lines: readonly string[]) => void;
  /** Takes the lines away, and gives the cursor back. */
  readonly erase: () => void;
}

interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
  readonly isErrTerminal: boolean;
  readonly size: () => Size;
}

const escapes = {
  up: (rows: number) => (rows > 0 ? `\r\u001b[${rows}A` : '\r'),
  eraseRight: '\u001b[K',
  eraseBelow: '\u001b[J',
  hideCursor: '\u001b[?25l',
  showCursor: '\u001b[?25h',
} as const;

export class Screen implements Terminal {
  readonly isTerminal: boolean;
  readonly #streams: Streams;
  #frame: readonly string[] | undefined;
  #drawnAt: Size = { columns: 0, rows: 0 };
  /** Printed since the last frame. */
  #pending = '';

  constructor(streams: Streams) {
    this.#streams = streams;
    this.isTerminal = streams.isTerminal;
  }

  readonly size = (): Size => this.#streams.size();

  readonly out = (text: string): void => {
    if (this.#frame === undefined) this.#streams.out(text);
    else this.#pending += text;
  };

  readonly err = (text: string): void => {
    if (this.#frame === undefined || !this.#streams.isErrTerminal) this.#streams.err(text);
    else this.#pending += text;
  };

  readonly draw = (lines: readonly string[]): void => {
    const size = this.size();
    const isResized = size.columns !== this.#drawnAt.columns || size.rows !== this.#drawnAt.rows;
    if (!isResized && this.#pending === '' && lines.join('\n') === this.#frame?.join('\n')) return;
    const start = this.#frame === undefined ? escapes.hideCursor : escapes.up(this.#rowsAbove(size));
    const text = lines.map((line) => `${line}${escapes.eraseRight}\r\n`).join('');
    // What was printed may be wider than the terminal, so the old frame goes first. Also what was typed meanwhile goes.
    const above = this.#pending === '' && !isResized ? '' : `${escapes.eraseBelow}${this.#takePending()}`;
    this.#frame = lines;
    this.#drawnAt = size;
    this.#streams.out(`${start}${above}${text}${escapes.eraseBelow}`);
  };

  readonly erase = (): void => {
    if (this.#frame === undefined) return;
    const start = `${escapes.up(this.#rowsAbove(this.size()))}${escapes.eraseBelow}`;
    this.#frame = undefined;
    this.#streams.out(`${start}${this.#takePending()}${escapes.showCursor}`);
  };

  #takePending(): string {
    const text = this.#pending;
    this.#pending = '';
    return text === '' || text.endsWith('\n') ? text : `${text}\n`;
  }

  /** A terminal that became narrower has wrapped the lines of the frame. */
  #rowsAbove({ columns, rows }: Size): number {
    const wrapped = (this.#frame ?? []).map((line) =>
      Math.max(1, Math.ceil(widthOf(stripVTControlCharacters(line)) / Math.max(1, columns))),
    );
    return Math.min(
      Math.max(0, rows - 1),
      wrapped.reduce((sum, one) => sum + one, 0),
    );
  }
}
