/**
 * Lines of many hosts, equal ones of several hosts as one. Each host's own lines keep their order; only lines of different
 * hosts may change places.
 */
export interface FoldedLine {
  readonly text: string;
  readonly hosts: readonly string[];
}

export class LineFolder {
  #lines: { readonly text: string; readonly hosts: string[] }[] = [];
  /** Where a text stands for the last time, and each host's last line. */
  readonly #placeOf = new Map<string, number>();
  readonly #lastOf = new Map<string, number>();

  add(host: string, text: string): void {
    const place = this.#placeOf.get(text);
    // Above what the host has said since, the line would be out of its order.
    const joined = place === undefined || place <= (this.#lastOf.get(host) ?? -1) ? undefined : this.#lines[place];
    if (place !== undefined && joined !== undefined) {
      joined.hosts.push(host);
      this.#lastOf.set(host, place);
      return;
    }
    this.#placeOf.set(text, this.#lines.length);
    this.#lastOf.set(host, this.#lines.length);
    this.#lines.push({ text, hosts: [host] });
  }

  get size(): number {
    return this.#lines.length;
  }

  /** All lines since the last time. */
  take(): readonly FoldedLine[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#placeOf.clear();
    this.#lastOf.clear();
    return lines;
  }
}
