/**
 * A journal once more, its records sorted by the tree or arena that they are about, a window of some megabytes at a time: those of a
 * part are then a few long pieces, where in the journal they lie among all others (docs/adr/0018-records-sorted-by-tree.md).
 */
import { writeSync } from 'node:fs';
import { recordBytes } from '../../model/record.ts';
import { openFile } from './journal-file.ts';
import { sharedColumn } from './rows.ts';
import { SortWindow, windowEnd } from './sort-window.ts';
import type { BlockTable } from './survey.ts';

export interface SortRequest {
  readonly journal: { readonly path: string; readonly version: string; readonly blocks: BlockTable };
  /** Workers of all hosts. */
  readonly owners: number;
  /** Of planned trees and arenas, as surveyed: behind so many, the file is another journal's. */
  readonly records: number;
  /** Open in this process, whose threads share it; this journal's part of it begins at a byte. */
  readonly file: number;
  readonly start: number;
}

/** Where the sorted records are. As all of a piece have the same owner, each names the block that it came from in place of it. */
export interface SortedJournal {
  readonly file: number;
  readonly start: number;
  /** By window, and one more: its first block, and its first piece. */
  readonly firstBlocks: Uint32Array;
  readonly firstPieces: Uint32Array;
  /** By piece, the records of one row in one window: its row, and its first record; of these there is one more. */
  readonly rows: Uint32Array;
  readonly firstRecords: Uint32Array;
}

/** Throws where there is no room, or the journal isn't what it was when it was surveyed. */
export function sortJournal({ journal, owners, records, file, start }: SortRequest): SortedJournal {
  using source = openFile(journal.path);
  if (source.version !== journal.version) throw new Error(`${journal.path} was changed while it was read`);
  const { blocks } = journal;
  const window = new SortWindow(owners);
  const firstBlocks: number[] = [];
  const firstPieces: number[] = [];
  const rows: number[] = [];
  const firstRecords: number[] = [];
  let done = 0;
  for (let first = 0; first < blocks.offsets.length;) {
    const end = windowEnd(blocks, first);
    firstBlocks.push(first);
    firstPieces.push(rows.length);
    const sorted = window.sort(blocks, { first, end }, source);
    if (done + sorted.length / recordBytes > records) throw new Error(`${journal.path} has more records than before`);
    writeAll(file, sorted, start + done * recordBytes);
    for (const [row, count] of window.pieces()) {
      rows.push(row);
      firstRecords.push(done);
      done += count;
    }
    first = end;
  }
  return {
    file,
    start,
    firstBlocks: sharedColumn([...firstBlocks, blocks.offsets.length]),
    firstPieces: sharedColumn([...firstPieces, rows.length]),
    rows: sharedColumn(rows),
    firstRecords: sharedColumn([...firstRecords, done]),
  };
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
