/** What a host says to a script that asks it something: a word and its value a line. All of it is hostile, so it is cleaned here. */
import { printable } from '../../transports/printable.ts';

export class Answers {
  readonly #lines: readonly string[];

  constructor(output: string) {
    this.#lines = output.split('\n');
  }

  /** The rest of every line that starts with the word, as one may show it. */
  all(word: string): readonly string[] {
    return this.raw(word).map((line) => printable(line).trim());
  }

  text(word: string): string | undefined {
    const [first = ''] = this.all(word);
    return first === '' ? undefined : first;
  }

  number(word: string): number | undefined {
    return numberOf(this.text(word));
  }

  /** As it came: for what is looked at further, and shown by nobody. */
  raw(word: string): readonly string[] {
    return this.#lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  }
}

/** No count, size or load that is larger is one. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined;
}
