/** Some megabytes of a journal in memory, and a counting sort of their records by row, which keeps the order within each. */
import {
  countRows,
  ownerOf,
  rowCount,
  rowOf,
  type BlockSegment,
  type RowRange,
} from '../../checks/journal/record-log.ts';
import { copyRecords, runEnd, wordsOf } from '../../checks/journal/record-sorter.ts';
import { layout, recordBytes, viewRecords } from '../../model/record.ts';
import type { OpenFile } from './journal-file.ts';
import type { BlockTable } from './survey.ts';

/** So many that what a part has of them is worth a read, and so few that several threads can have theirs in memory. */
const windowBytes = 8 << 20;
/** Places of blocks in a window take the room of an owner. */
const maxBlocks = 1 << 16;

/** Behind the last block of the window that begins with one. */
export function windowEnd({ offsets, counts }: BlockTable, first: number): number {
  let end = first + 1;
  while (end < offsets.length && end - first < maxBlocks) {
    if (endOf({ offsets, counts }, end) - (offsets[first] ?? 0) > windowBytes) break;
    end++;
  }
  return end;
}

function endOf({ offsets, counts }: Pick<BlockTable, 'offsets' | 'counts'>, block: number): number {
  return (offsets[block] ?? 0) + (counts[block] ?? 0) * recordBytes;
}

export class SortWindow {
  readonly #owners: number;
  /** By row: how many records it has, and where its next one goes. */
  readonly #counts: Float64Array;
  readonly #next: Uint32Array;
  #source = new ArrayBuffer(0);
  #sorted = viewRecords(new ArrayBuffer(0), 0, 0);

  constructor(owners: number) {
    this.#owners = owners;
    this.#counts = new Float64Array(rowCount(owners));
    this.#next = new Uint32Array(rowCount(owners));
  }

  /** The records of all rows, one row after the other; in place of its owner each has that of its block in the window. Good until the next call. */
  sort(blocks: BlockTable, { first, end }: RowRange, file: OpenFile): Uint8Array {
    const start = blocks.offsets[first] ?? 0;
    this.#read(file, { start, bytes: endOf(blocks, end - 1) - start });
    const read = Array.from({ length: end - first }, (_, place) => {
      const count = blocks.counts[first + place] ?? 0;
      return { count, views: viewRecords(this.#source, (blocks.offsets[first + place] ?? 0) - start, count) };
    });
    this.#counts.fill(0);
    for (const block of read) countRows(this.#counts, block, this.#owners);
    const records = this.#layOut();
    for (const [place, block] of read.entries()) this.#take(block, place);
    return this.#sorted.u8.subarray(0, records * recordBytes);
  }

  /** By row of those that have any, in their order: how many records. */
  *pieces(): Iterable<readonly [row: number, count: number]> {
    for (const [row, count] of this.#counts.entries()) if (count > 0) yield [row, count];
  }

  #read(file: OpenFile, { start, bytes }: { readonly start: number; readonly bytes: number }): void {
    if (this.#source.byteLength < bytes) this.#source = new ArrayBuffer(Math.max(bytes, windowBytes));
    if (file.read(new Uint8Array(this.#source, 0, bytes), start) < bytes) throw new Error('the journal is shorter now');
  }

  /** How many records there are to be sorted. */
  #layOut(): number {
    let records = 0;
    for (const [row, count] of this.#counts.entries()) {
      this.#next[row] = records;
      records += count;
    }
    if (this.#sorted.u8.length < records * recordBytes) {
      const room = Math.max(records, windowBytes / recordBytes);
      this.#sorted = viewRecords(new ArrayBuffer(room * recordBytes), 0, room);
    }
    return records;
  }

  #take({ views, count }: Pick<BlockSegment, 'views' | 'count'>, place: number): void {
    const [words, sorted, { u16 }] = [wordsOf(views), wordsOf(this.#sorted), this.#sorted];
    for (let first = 0; first < count;) {
      const end = runEnd(views, first, count);
      const row = rowOf(ownerOf(views, first), this.#owners);
      if (row !== undefined) {
        const to = this.#next[row] ?? 0;
        this.#next[row] = to + end - first;
        copyRecords(words, sorted, { from: first, to, count: end - first });
        for (let at = to; at < to + end - first; at++) u16[at * 32 + layout.owner] = place;
      }
      first = end;
    }
  }
}
