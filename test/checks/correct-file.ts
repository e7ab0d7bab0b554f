/**
 * A file on a disk that keeps its promises: chunks with the stamps of whoever wrote them, and what each was since the
 * last acknowledged sync, which is what an error may leave of it.
 */
import type { Random } from '../../src/model/random.ts';
import { caseChunkBytes } from './case-history.ts';

/** generation 0: zeros; negative: torn. */
export interface Stamp {
  readonly of: number;
  readonly generation: number;
}

const zeros: Stamp = { of: 0, generation: 0 };
const torn: Stamp = { of: 0, generation: -1 };
/** Bytes of the last chunk, where a file ends inside it. */
const partBytes = 100;

export class CorrectFile {
  /** The operation that made it. */
  readonly operation: number;
  /** Of the newest change. */
  generation = 0;
  isPartial = false;
  #stamps: Stamp[] = [];
  /** All that it was since the last sync. */
  #since: Stamp[][] = [[]];

  constructor(operation: number) {
    this.operation = operation;
  }

  get chunks(): number {
    return this.#stamps.length;
  }

  put(first: number, count: number, generation: number): void {
    this.#extend(first);
    for (let chunk = first; chunk < first + count; chunk++) this.#stamps[chunk] = { of: this.operation, generation };
    this.#remember();
  }

  stampAt(chunk: number): Stamp | undefined {
    return this.#stamps[chunk];
  }

  /** One chunk of a copy arrives. */
  place(chunk: number, stamp: Stamp): void {
    this.#extend(chunk);
    this.#stamps[chunk] = stamp;
    this.#remember();
  }

  /** A change stopped in the middle of this chunk. */
  tear(chunk: number): void {
    if (chunk < this.chunks) this.#stamps[chunk] = torn;
    this.#remember();
  }

  /** The file ends in the middle of the chunk that follows, or that is torn if there is one. */
  endInside(chunk: number): void {
    if (chunk < this.chunks) return this.tear(chunk);
    this.#stamps.push(torn);
    this.isPartial = true;
    this.#remember();
  }

  truncate(chunks: number): void {
    this.#stamps.length = Math.min(this.chunks, chunks);
    this.#extend(chunks);
    this.isPartial = false;
    this.#remember();
  }

  sync(): void {
    this.#since = [[...this.#stamps]];
  }

  /** Any chunk goes back to what it was at any time since the last sync, or is torn on the way, and so does the size. */
  lose(random: Random): void {
    if (this.isPartial || this.#since.length === 1) return;
    const pick = (): Stamp[] => this.#since[random.below(this.#since.length)] ?? [];
    const size = pick().length;
    const now = this.#stamps;
    this.#stamps = Array.from({ length: size }, (_, chunk) => {
      const before = pick()[chunk] ?? zeros;
      const isKept = this.#since.every((stamps) => isSame(stamps[chunk], now[chunk]));
      return !isKept && random.below(8) === 0 ? torn : before;
    });
  }

  /** As it is now, for good: what a client may go on showing. */
  snapshot(): CorrectFile {
    return this.copy(this.operation, this.chunks);
  }

  /** The first chunks of it as another file. */
  copy(operation: number, chunks: number): CorrectFile {
    const copy = new CorrectFile(operation);
    copy.generation = this.generation + 1;
    copy.#stamps = this.#stamps.slice(0, chunks);
    copy.isPartial = this.isPartial && chunks >= this.chunks;
    copy.#since = [[], [...copy.#stamps]];
    return copy;
  }

  onDisk(): { readonly size: number; readonly runs: readonly Record<string, unknown>[] } {
    const runs = this.#stamps.map(({ of, generation }, first) => {
      if (this.isPartial && first === this.chunks - 1) return { first, content: 'partial' };
      if (generation < 0) return { first, content: 'unreadable' };
      return generation === 0 ? { first, content: 'zeros' } : { first, of, generation };
    });
    return { size: this.chunks * caseChunkBytes - (this.isPartial ? caseChunkBytes - partBytes : 0), runs };
  }

  #extend(chunks: number): void {
    while (this.chunks < chunks) this.#stamps.push(zeros);
  }

  #remember(): void {
    this.#since.push([...this.#stamps]);
  }
}

export function shortBytes(wholeChunks: number): number {
  return wholeChunks * caseChunkBytes + partBytes;
}

function isSame(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a?.of === b?.of && a?.generation === b?.generation;
}
