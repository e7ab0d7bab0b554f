/** A terminal as far as the board needs one: text that wraps and scrolls, the cursor up, erasing, and hiding the cursor. */
import { widthOf } from '../../src/cli/terminal/text-width.ts';

export class TestTerminal {
  /** From the first line that scrolled away to the last one on the screen. */
  readonly lines: string[] = [''];
  isCursorHidden = false;
  /** Rows that text ran over the last column into; lines that were printed above a board may. */
  wraps = 0;
  #row = 0;
  #column = 0;
  readonly #columns: number;
  readonly #rows: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  write(text: string): void {
    // eslint-disable-next-line no-control-regex
    for (const part of text.split(/(\u001b\[[0-9;?]*[A-Za-z]|[\r\n])/u)) {
      if (part === '\r') this.#column = 0;
      else if (part === '\n') this.#down();
      else if (part.startsWith('\u001b')) this.#obey(part.slice(2));
      else for (const character of part) this.#put(character);
    }
  }

  /** The rows that are seen now. */
  screen(): readonly string[] {
    return this.lines.slice(-this.#rows).map((line) => line.trimEnd());
  }

  #put(character: string): void {
    if (this.#column >= this.#columns) {
      this.wraps++;
      this.#down();
      this.#column = 0;
    }
    const line = (this.lines[this.#row] ?? '').padEnd(this.#column);
    this.lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1);
    this.#column += widthOf(character);
  }

  #down(): void {
    this.#row++;
    if (this.lines.length <= this.#row) this.lines.push('');
  }

  #obey(sequence: string): void {
    const top = Math.max(0, this.lines.length - this.#rows);
    if (sequence.endsWith('A')) this.#row = Math.max(top, this.#row - Number(sequence.slice(0, -1)));
    else if (sequence === 'K') this.lines[this.#row] = (this.lines[this.#row] ?? '').slice(0, this.#column);
    else if (sequence === 'J') this.#eraseBelow();
    else if (sequence === '?25l') this.isCursorHidden = true;
    else if (sequence === '?25h') this.isCursorHidden = false;
    else if (!sequence.endsWith('m')) throw new Error(`a sequence that no test knows: ${JSON.stringify(sequence)}`);
  }

  #eraseBelow(): void {
    this.lines[this.#row] = (this.lines[this.#row] ?? '').slice(0, this.#column);
    for (let row = this.#row + 1; row < this.lines.length; row++) this.lines[row] = '';
  }
}
