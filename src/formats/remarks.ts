/** What is odd about a file, each kind of it once: a file that is odd in every line says so in one. */
export class Remarks {
  readonly #byText = new Map<string, { readonly where: string; count: number }>();

  add(where: string, what: string): void {
    const known = this.#byText.get(what);
    if (known !== undefined) known.count++;
    else if (this.#byText.size < maxRemarks) this.#byText.set(what, { where, count: 1 });
  }

  list(): readonly string[] {
    return [...this.#byText].map(([what, { where, count }]) => {
      const often = count === 1 ? '' : `, and ${count - 1} more like it`;
      return `${where === '' ? '' : `${where}: `}${what}${often}`;
    });
  }
}

const maxRemarks = 50;
