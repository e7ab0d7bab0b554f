/**
 * Takes the blocks of all journals in their order, and keeps the records of some rows, sorted by row: a counting sort keeps the order
 * within each.
 */
import { layout, recordBytes, viewRecords, type RecordViews } from '../../model/record.ts';
import { tagOf } from './kinds.ts';
import {
  entryAt,
  ownerOf,
  rowOf,
  type BlockSegment,
  type Entry,
  type RecordLog,
  type RowRange,
  type Segment,
  type Slice,
  type Visitor,
} from './record-log.ts';

export class RecordSorter {
  readonly #owners: number;
  readonly #rows: RowRange;
  readonly #views: RecordViews;
  readonly #words: BigUint64Array;
  /** Of every record, close together: most are passed over for it. */
  readonly #tags: Uint8Array;
  /** By row of the range, and one more: where it starts. Then: where its next record goes. */
  readonly #starts: Uint32Array;
  readonly #next: Uint32Array;
  /** One a block that has any of these records. */
  readonly #segments: Segment[] = [];
  /** By row: from where on its records are of which segment; and of which the last one is. */
  readonly #slices: Slices[];
  readonly #latest: Int32Array;
  readonly #isPartial: boolean;

  /** `counts`: of the records of every row that will be taken; where not all will be, it is partial. */
  constructor(of: {
    readonly owners: number;
    readonly rows: RowRange;
    readonly counts: Float64Array;
    readonly isPartial?: boolean;
    readonly room?: Room | undefined;
  }) {
    this.#isPartial = of.isPartial === true;
    const { first, end } = of.rows;
    this.#owners = of.owners;
    this.#rows = of.rows;
    this.#starts = new Uint32Array(end - first + 1);
    for (let row = first; row < end; row++) {
      this.#starts[row - first + 1] = (this.#starts[row - first] ?? 0) + (of.counts[row] ?? 0);
    }
    this.#next = this.#starts.slice();
    const total = this.#starts[end - first] ?? 0;
    const { room = new Room() } = of;
    this.#views = viewRecords(room.of(total * recordBytes), 0, total);
    this.#words = wordsOf(this.#views);
    this.#tags = new Uint8Array(total);
    this.#slices = Array.from({ length: end - first }, () => ({ starts: [], segments: [] }));
    this.#latest = new Int32Array(end - first).fill(-1);
  }

  take(block: Omit<BlockSegment, 'firstId'>): void {
    const { views, count } = block;
    const records = { u8: views.u8, words: wordsOf(views) };
    let segment = -1;
    for (let first = 0; first < count;) {
      const owner = ownerOf(views, first);
      const end = runEnd(views, first, count);
      if (this.#isWithin(owner)) {
        if (segment < 0) segment = this.open(block);
        this.keep(owner, { records, first, count: end - first, segment });
      }
      first = end;
    }
  }

  /** Says of which block records will be, and gives the number that they are to name. */
  open({ host, worker, phase, writtenNs }: Pick<Segment, 'host' | 'worker' | 'phase' | 'writtenNs'>): number {
    this.#segments.push({ host, worker, phase, writtenNs, views: this.#views, firstId: 0 });
    return this.#segments.length - 1;
  }

  /** Of an owner whose row is one of these. */
  keep(owner: number, { records, first, count, segment }: RecordRun): void {
    const row = this.#rowOf(owner);
    const to = this.#next[row] ?? 0;
    this.#next[row] = to + count;
    if (this.#latest[row] !== segment) {
      this.#latest[row] = segment;
      this.#slices[row]?.starts.push(to);
      this.#slices[row]?.segments.push(segment);
    }
    copyRecords(records.words, this.#words, { from: first, to, count });
    const { u8 } = records;
    for (let at = 0; at < count; at++) {
      const byte = (first + at) * 64;
      this.#tags[to + at] = tagOf(u8[byte + layout.kind] ?? 0, u8[byte + layout.outcome] ?? 0);
    }
  }

  /** Throws where the counts weren't those of what was taken. */
  finish(segments: readonly BlockSegment[] = []): RecordLog {
    const isAsCounted = this.#next.every((next, row) => next === (this.#starts[row + 1] ?? next));
    if (!isAsCounted && !this.#isPartial)
      throw new Error('the journals are not what they were when their records were counted');
    return {
      segments,
      records: this.#starts.at(-1) ?? 0,
      trees: this.#trees(),
      views: this.#views,
      visit: (owner, visitor, isWanted, tags) => this.#visit(owner, visitor, isWanted, tags),
      places: (owner, isWanted, tags) => this.#places(owner, isWanted, tags),
      slices: (owner, isWanted) => this.#slicesOf(owner, isWanted),
      tags: this.#tags,
      firstOf: (owner) => this.#starts[this.#rowOf(owner)] ?? 0,
      entry: (id) => this.#entry(id),
    };
  }

  #trees(): ReadonlyMap<number, number> {
    const { first, end } = this.#rows;
    const trees = new Map<number, number>();
    for (let row = first; row < Math.min(end, this.#owners); row++) {
      const records = (this.#next[row - first] ?? 0) - (this.#starts[row - first] ?? 0);
      if (records > 0) trees.set(row, records);
    }
    return trees;
  }

  #rowOf(owner: number): number {
    return (rowOf(owner, this.#owners) ?? -1) - this.#rows.first;
  }

  #isWithin(owner: number): boolean {
    const row = rowOf(owner, this.#owners);
    return row !== undefined && row >= this.#rows.first && row < this.#rows.end;
  }

  #visit(
    owner: number,
    visitor: Visitor,
    isWanted: ((segment: Segment) => boolean) | undefined,
    tags: Uint8Array = allTags,
  ): void {
    const all = this.#tags;
    for (const { segment, start, end } of this.#slicesOf(owner, isWanted)) {
      for (let at = start; at < end; at++) if (tags[all[at] ?? 0] === 1) visitor(segment, at);
    }
  }

  #slicesOf(owner: number, isWanted: ((segment: Segment) => boolean) | undefined): readonly Slice[] {
    const row = this.#rowOf(owner);
    const { starts, segments } = this.#slices[row] ?? noSlices;
    const slices: Slice[] = [];
    for (let slice = 0; slice < starts.length; slice++) {
      const segment = this.#segments[segments[slice] ?? 0];
      if (segment === undefined || isWanted?.(segment) === false) continue;
      slices.push({ segment, start: starts[slice] ?? 0, end: starts[slice + 1] ?? this.#next[row] ?? 0 });
    }
    return slices;
  }

  #places(
    owner: number,
    isWanted: ((segment: Segment) => boolean) | undefined,
    tags: Uint8Array = allTags,
  ): Uint32Array {
    const all = this.#tags;
    const slices = this.#slicesOf(owner, isWanted);
    const places = new Uint32Array(slices.reduce((sum, { start, end }) => sum + end - start, 0));
    let count = 0;
    for (const { start, end } of slices) {
      for (let at = start; at < end; at++) if (tags[all[at] ?? 0] === 1) places[count++] = at;
    }
    return places.slice(0, count);
  }

  #entry(id: number): Entry | undefined {
    const row = lastNotAbove(this.#starts, id);
    const slices = this.#slices[row];
    const segment =
      slices === undefined ? undefined : this.#segments[slices.segments[lastNotAbove(slices.starts, id)] ?? -1];
    return segment === undefined ? undefined : entryAt(segment, id);
  }
}

interface Slices {
  readonly starts: number[];
  readonly segments: number[];
}

/** Some records of one block that are about the same tree or arena, and follow each other. */
export interface RecordRun {
  readonly records: { readonly u8: Uint8Array; readonly words: BigUint64Array };
  readonly first: number;
  readonly count: number;
  /** As `open` numbered it. */
  readonly segment: number;
}

/** Memory for the records of one part after the other: that the system gives it anew takes longer than to fill it. */
export class Room {
  #memory = new ArrayBuffer(0);

  /** The same as at the last call, which nobody needs any more, where it is large enough. */
  of(bytes: number): ArrayBuffer {
    if (this.#memory.byteLength < bytes) this.#memory = new ArrayBuffer(bytes);
    return this.#memory;
  }
}

/** Behind the last of the records, from one on, that are about the same tree or arena: mostly there are some. */
export function runEnd(views: RecordViews, first: number, count: number): number {
  const owner = ownerOf(views, first);
  let end = first + 1;
  while (end < count && ownerOf(views, end) === owner) end++;
  return end;
}

const noSlices: Slices = { starts: [], segments: [] };
const allTags = new Uint8Array(256).fill(1);

/** Records as they are copied: by numbers of eight bytes that any bits are. */
export function wordsOf({ u8 }: RecordViews): BigUint64Array {
  return new BigUint64Array(u8.buffer, u8.byteOffset, u8.byteLength / 8);
}

export function copyRecords(
  source: BigUint64Array,
  copy: BigUint64Array,
  { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
): void {
  const shift = (to - from) * 8;
  const end = (from + count) * 8;
  for (let word = from * 8; word < end; word++) copy[word + shift] = source[word] ?? 0n;
}

/** The place of the last of rising numbers that isn't above a limit: empty rows share their start with the next one. */
function lastNotAbove(rising: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
