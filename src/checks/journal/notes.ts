/** The bytes that a reader kept of a chunk that was wrong. A note is the host's word: it only counts where it fits the record. */
import { windowBytes, windowStart } from '../../model/kept-window.ts';
import type { Evidence } from './evidence.ts';
import type { Entry } from './record-log.ts';

export interface EvidenceNote {
  /** Byte in the file where the chunk is first wrong. */
  readonly offset: number;
  readonly aroundHex: string;
}

export function evidenceNoteOf(
  { facts, notes }: Pick<Evidence, 'facts' | 'notes'>,
  read: Entry,
  chunk: number,
): EvidenceNote | undefined {
  const start = chunk * facts.chunkBytes;
  for (const { host, worker, note } of notes) {
    if (host !== read.host || worker !== read.worker || note.kind !== 'evidence') continue;
    if (note.sequence !== read.record.sequence || note.chunk !== chunk) continue;
    if (note.offset < start || note.offset >= start + facts.chunkBytes || !/^[0-9a-f]*$/i.test(note.aroundHex))
      continue;
    return { offset: note.offset, aroundHex: note.aroundHex.slice(0, 2 * windowBytes) };
  }
  return undefined;
}

/** From the byte where the chunk is first wrong on, as far as the reader kept them: it cuts its window at the chunk's ends. */
export function keptBytes({ offset, aroundHex }: EvidenceNote, chunkBytes: number): Uint8Array {
  const within = offset % chunkBytes;
  const from = windowStart(within, chunkBytes);
  const bytes = aroundHex.match(/../g)?.map((hex) => Number.parseInt(hex, 16)) ?? [];
  return Uint8Array.from(bytes.slice(within - from));
}
