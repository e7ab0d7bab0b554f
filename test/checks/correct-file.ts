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
  /** Where the chunk ends, and zeros or nothing follow; not given where it is whole. */
  readonly end?: number;
}

/** The file's chunks, and bytes of the last one, 0 where it is whole. */
interface State {
  readonly stamps: readonly Stamp[];
  readonly tail: number;
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
  /** The operation that set its extended attribute; 0: it has none. */
  attribute = 0;
  #attributes = [0];
  #stamps: Stamp[] = [];
  #tail = 0;
  /** All that it was since the last sync. */
  #since: State[] = [{ stamps: [], tail: 0 }];

  constructor(operation: number) {
    this.operation = operation;
  }

  get chunks(): number {
    return this.#stamps.length;
  }

  get bytes(): number {
    return this.chunks * caseChunkBytes - (this.#tail === 0 ? 0 : caseChunkBytes - this.#tail);
  }

  /** `tail`: bytes of the last of these chunks, 0 where it is whole. */
  put(first: number, count: number, generation: number, tail = 0): void {
    this.#extend(first);
    if (first + count >= this.chunks) this.#tail = tail;
    for (let chunk = first; chunk < first + count; chunk++) this.#stamps[chunk] = { of: this.operation, generation };
    if (tail > 0) this.#cut(first + count - 1, tail);
    this.#remember();
  }

  stampAt(chunk: number): Stamp | undefined {
    return this.#stamps[chunk];
  }

  /** One chunk of a copy arrives. */
  place(chunk: number, stamp: Stamp, tail: number): void {
    this.#extend(chunk);
    if (chunk + 1 >= this.chunks) this.#tail = tail;
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

  truncate(chunks: number, tail = 0): void {
    const before = this.bytes;
    this.#stamps.length = Math.min(this.chunks, chunks);
    this.#extend(chunks);
    this.#tail = tail;
    if (tail > 0 && this.bytes < before) this.#cut(chunks - 1, tail);
    this.isPartial = false;
    this.#remember();
  }

  /** One chunk of a hole, or one that a longer file gets. */
  punch(chunk: number): void {
    if (chunk < this.chunks) this.#stamps[chunk] = zeros;
    this.#remember();
  }

  /** To at least so many chunks. */
  grow(chunks: number): void {
    this.#extend(chunks);
    if (chunks === this.chunks) this.#tail = 0;
    this.#remember();
  }

  setAttribute(operation: number): void {
    this.attribute = operation;
    this.#attributes.push(operation);
  }

  sync(): void {
    this.#attributes = [this.attribute];
    this.#since = [{ stamps: [...this.#stamps], tail: this.#tail }];
  }

  /** Any chunk goes back to what it was at any time since the last sync, or is torn on the way, and so does the size. */
  lose(random: Random): void {
    this.attribute = this.#attributes[random.below(this.#attributes.length)] ?? 0;
    if (this.isPartial || this.#since.length === 1) return;
    const pick = (): State => this.#since[random.below(this.#since.length)] ?? { stamps: [], tail: 0 };
    const size = pick();
    const now = this.#stamps;
    this.#stamps = Array.from({ length: size.stamps.length }, (_, chunk) => {
      const before = pick().stamps[chunk] ?? zeros;
      const isKept = this.#since.every(({ stamps }) => isSame(stamps[chunk], now[chunk]));
      return !isKept && random.below(8) === 0 ? torn : before;
    });
    this.#tail = size.tail;
    if (size.tail > 0) this.#cut(this.chunks - 1, size.tail);
  }

  /** As it is now, for good: what a client may go on showing. */
  snapshot(): CorrectFile {
    const snapshot = this.copy(this.operation, this.chunks);
    snapshot.attribute = this.attribute;
    return snapshot;
  }

  /** The first chunks of it as another file, which has no attribute. */
  copy(operation: number, chunks: number): CorrectFile {
    const copy = new CorrectFile(operation);
    copy.generation = this.generation + 1;
    copy.#stamps = this.#stamps.slice(0, chunks);
    copy.#tail = chunks >= this.chunks ? this.#tail : 0;
    copy.isPartial = this.isPartial && chunks >= this.chunks;
    copy.#since = [
      { stamps: [], tail: 0 },
      { stamps: [...copy.#stamps], tail: copy.#tail },
    ];
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

  /** Zeros stay zeros, and what is torn is torn. */
  #cut(chunk: number, end: number): void {
    const stamp = this.#stamps[chunk];
    if (stamp === undefined || stamp.generation <= 0) return;
    this.#stamps[chunk] = { ...stamp, end: Math.min(end, stamp.end ?? end) };
  }

  #extend(chunks: number): void {
    if (this.chunks < chunks) this.#tail = 0;
    while (this.chunks < chunks) this.#stamps.push(zeros);
  }

  #remember(): void {
    this.#since.push({ stamps: [...this.#stamps], tail: this.#tail });
  }
}

export function shortBytes(wholeChunks: number): number {
  return wholeChunks * caseChunkBytes + partBytes;
}

function isSame(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a?.of === b?.of && a?.generation === b?.generation && a?.end === b?.end;
}
