/** Where the data that a read found comes from: a stamp names its write, and the journals tell of it and of its file. */
import type { Fate } from '../../model/forensics.ts';
import { arenaOf, pathOf } from '../../model/namespace.ts';
import { contents, layout, type JournalRecord } from '../../model/record.ts';
import type { History } from '../history.ts';
import { writeKinds } from '../journal/kinds.ts';
import { entryAt, type Entry } from '../journal/record-log.ts';
import { changesOfIncarnation, writeAt } from '../tree/registers.ts';

/** The acknowledged write of what was found in a chunk of somebody's own tree; none where the stamp can't be read, or is of another run. */
export function writeOfFound(history: History, record: JournalRecord, chunk: number): Entry | undefined {
  const { creator, incarnation, generation, content } = record;
  if (!ofThisRun.has(content) || creator >= history.owners) return undefined;
  const home = history.home(creator);
  const changes = changesOfIncarnation(home.registers(creator), incarnation);
  const at = changes === undefined ? undefined : writeAt(changes, stampedChunk(record, chunk), generation);
  return changes === undefined || at === undefined ? undefined : home.log.entry(changes.columns.ids[at] ?? -1);
}

/** Also one of unknown outcome, or of a shared chunk: asks every record about the tree, so only for what is shown. */
export function sourceOf(history: History, record: JournalRecord, chunk: number): Entry | undefined {
  const known = writeOfFound(history, record, chunk);
  const { creator, incarnation, generation, writer, content } = record;
  const isSomebodys = creator < history.owners || arenaOf(creator) !== undefined;
  if (known !== undefined || !ofThisRun.has(content) || !isSomebodys) return known;
  const stamped = stampedChunk(record, chunk);
  let found: Entry | undefined;
  history.home(creator).log.visit(creator, (segment, at) => {
    const { u8, u16, u32 } = segment.views;
    if (found !== undefined || !writeKinds.has(u8[at * 64 + layout.kind] ?? 0)) return;
    const first = u32[at * 16 + layout.first] ?? 0;
    const isOfStamp =
      u32[at * 16 + layout.incarnation] === incarnation &&
      u32[at * 16 + layout.generation] === generation &&
      u16[at * 32 + layout.writer] === writer;
    const isOfChunk = stamped >= first && stamped < first + (u32[at * 16 + layout.count] ?? 0);
    if (isOfStamp && isOfChunk) found = entryAt(segment, at);
  });
  return found;
}

/** The chunk that the stamp names, of what was found in place of another. */
export function stampedChunk({ content, target }: JournalRecord, chunk: number): number {
  return content === contents.misplaced || content === contents.badBody ? target : chunk;
}

/** Contents with a stamp that names one of our writes. */
export const ofThisRun: ReadonlySet<number> = new Set([contents.data, contents.badBody, contents.misplaced]);

export interface FileFate {
  readonly fate: Fate;
  /** As it is called in the end. */
  readonly path: string | undefined;
}

/** What became of a file. */
export function fateOf(history: History, creator: number, incarnation: number): FileFate {
  // Nobody removes what all share.
  if (arenaOf(creator) !== undefined) return { fate: 'there', path: pathOf(creator, incarnation) };
  if (creator >= history.owners) return { fate: 'unknown', path: undefined };
  const { names, isWhole } = history.home(creator).tree(creator);
  let isOpen = !isWhole;
  for (const [name, state] of names) {
    if (!state.isClouded && state.life?.operation === incarnation) {
      return { fate: isWhole ? 'there' : 'unknown', path: pathOf(creator, name) };
    }
    isOpen ||= state.isClouded && state.bound.has(incarnation);
  }
  return { fate: isOpen ? 'unknown' : 'gone', path: undefined };
}
