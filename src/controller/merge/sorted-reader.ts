/** Reads what the sorted journals of a run have of some rows, for who sorts a part of it. */
import { ownerOfRow, type RowRange } from '../../checks/journal/record-log.ts';
import { wordsOf, type RecordSorter } from '../../checks/journal/record-sorter.ts';
import { layout, recordBytes, viewRecords, type RecordViews } from '../../model/record.ts';
import { readAt } from './journal-file.ts';
import { firstNotBelow } from './rows.ts';
import type { SortedJournal } from './sorted-journal.ts';
import type { BlockTable } from './survey.ts';

export interface SortedSource {
  readonly sorted: SortedJournal;
  readonly host: number;
  readonly blocks: BlockTable;
  /** What is wanted of it. */
  readonly isWanted: (worker: number, phase: number) => boolean;
}

/** Gives what a sorted journal has of some rows to who sorts a part. */
export class SortedReader {
  readonly #sorter: RecordSorter;
  readonly #owners: number;
  readonly #rows: RowRange;
  #room = roomFor(0);

  constructor(to: { readonly sorter: RecordSorter; readonly owners: number; readonly rows: RowRange }) {
    this.#sorter = to.sorter;
    this.#owners = to.owners;
    this.#rows = to.rows;
  }

  read(source: SortedSource): void {
    const { firstBlocks, firstPieces, rows, firstRecords } = source.sorted;
    for (let window = 0; window + 1 < firstBlocks.length; window++) {
      const past = firstPieces[window + 1] ?? 0;
      const first = firstNotBelow(rows, this.#rows.first, { first: firstPieces[window] ?? 0, end: past });
      const end = firstNotBelow(rows, this.#rows.end, { first, end: past });
      if (first === end) continue;
      const from = firstRecords[first] ?? 0;
      this.#fetch(source.sorted, { from, count: (firstRecords[end] ?? 0) - from });
      const segmentOf = this.#segmentsOf(source, firstBlocks[window] ?? 0);
      for (let piece = first; piece < end; piece++) {
        const owner = ownerOfRow(rows[piece] ?? 0, this.#owners);
        const [start = 0, next = 0] = [firstRecords[piece], firstRecords[piece + 1]];
        this.#keep({ owner, first: start - from, end: next - from }, segmentOf);
      }
    }
  }

  #fetch({ file, start }: SortedJournal, { from, count }: { readonly from: number; readonly count: number }): void {
    if (this.#room.u8.length < count * recordBytes) this.#room = roomFor(count);
    const bytes = this.#room.u8.subarray(0, count * recordBytes);
    const got = readAt(file, bytes, start + from * recordBytes);
    if (got < bytes.length) throw new Error('the sorted records end too early');
  }

  /** The segment of a block of a window, by its place in that; undefined where nothing of it is wanted. */
  #segmentsOf({ host, blocks, isWanted }: SortedSource, firstBlock: number): (place: number) => number | undefined {
    const known = new Map<number, number | undefined>();
    return (place) => {
      if (known.has(place)) return known.get(place);
      const block = firstBlock + place;
      const [worker = 0, phase = 0, writtenNs = 0] = [
        blocks.workers[block],
        blocks.phases[block],
        blocks.writtenNs[block],
      ];
      const segment = isWanted(worker, phase) ? this.#sorter.open({ host, worker, phase, writtenNs }) : undefined;
      known.set(place, segment);
      return segment;
    };
  }

  /** Each record names its owner again. */
  #keep(piece: Piece, segmentOf: (place: number) => number | undefined): void {
    const { u16 } = this.#room;
    for (let first = piece.first; first < piece.end;) {
      const place = u16[first * 32 + layout.owner] ?? 0;
      let end = first;
      for (; end < piece.end && u16[end * 32 + layout.owner] === place; end++) {
        u16[end * 32 + layout.owner] = piece.owner;
      }
      const segment = segmentOf(place);
      if (segment !== undefined) {
        this.#sorter.keep(piece.owner, { records: this.#room, first, count: end - first, segment });
      }
      first = end;
    }
  }
}

interface Piece {
  readonly owner: number;
  readonly first: number;
  readonly end: number;
}

type Room = RecordViews & { readonly words: BigUint64Array };

function roomFor(records: number): Room {
  const views = viewRecords(new ArrayBuffer(records * recordBytes), 0, records);
  return { ...views, words: wordsOf(views) };
}
