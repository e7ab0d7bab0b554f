/** The listings of verify that showed a name that no tree can hold: they are what proves that it was there. */
import type { HostNote } from './evidence.ts';
import { parsePath } from '../../model/namespace.ts';
import { layout, recordBytes, recordKinds, type RecordViews } from '../../model/record.ts';
import type { BlockSegment } from './record-log.ts';

export interface Folder {
  readonly owner: number;
  readonly name: number;
}

/** Undefined for what lies in a folder of the run itself, of which no record tells. */
export function folderAbove(path: string): Folder | undefined {
  return parsePath(path.slice(0, path.lastIndexOf('/')));
}

export function isListingOf({ u8, u16, u32 }: RecordViews, at: number, { owner, name }: Folder): boolean {
  const isListing = u8[at * 64 + layout.kind] === recordKinds.scanList;
  return isListing && u16[at * 32 + layout.owner] === owner && u32[at * 16 + layout.name] === name;
}

/** One record of a block. */
export interface StrayListing extends Pick<BlockSegment, 'host' | 'worker' | 'phase' | 'writtenNs'> {
  readonly records: Uint8Array;
}

/** Takes the blocks of one host's journal, and gives the first listing by each worker of each folder in which it met such a name. */
export class StrayListings {
  readonly #first = new Map<string, StrayListing>();

  /** `rare`: places among which all listings are. */
  take({ host, worker, phase, writtenNs, views }: BlockSegment, rare: readonly number[]): void {
    const { u8, u16, u32 } = views;
    for (const at of rare) {
      if (u8[at * 64 + layout.kind] !== recordKinds.scanList) continue;
      const key = keyOf(worker, { owner: u16[at * 32 + layout.owner] ?? 0, name: u32[at * 16 + layout.name] ?? 0 });
      if (this.#first.has(key)) continue;
      this.#first.set(key, {
        host,
        worker,
        phase,
        writtenNs,
        records: u8.slice(at * recordBytes, (at + 1) * recordBytes),
      });
    }
  }

  finish(notes: readonly HostNote[]): readonly StrayListing[] {
    const keys = new Set(
      notes.flatMap(({ worker, note }) => {
        const folder = note.kind === 'entry' ? folderAbove(note.path) : undefined;
        return folder === undefined ? [] : [keyOf(worker, folder)];
      }),
    );
    return [...keys].flatMap((key) => this.#first.get(key) ?? []);
  }
}

function keyOf(worker: number, { owner, name }: Folder): string {
  return `${worker}/${owner}/${name}`;
}
