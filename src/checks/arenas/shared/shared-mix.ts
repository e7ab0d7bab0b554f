/**
 * Chunks that hold a part of two writes: the stamp is of one, and where its body breaks, that of another worker's goes on.
 * Bodies follow from their stamps, so the bytes that the reader kept are compared with what each other write put there.
 */
import { ownerOfArena } from '../../../model/namespace.ts';
import { bodyOffset, encodeStamp, makePool, stampBytes } from '../../../model/stamp.ts';
import type { Evidence } from '../../journal/evidence.ts';
import type { SharedAccess } from './shared-files.ts';

/** Fewer bytes may be equal by chance. */
const leastBytes = 8;

/** The write, of those of other workers, whose body goes on where that of the stamp breaks. */
export function mixedIn(
  evidence: Evidence,
  { chunk, seen, writes }: { chunk: number; seen: readonly SharedAccess[]; writes: readonly SharedAccess[] },
): SharedAccess | undefined {
  for (const access of seen) {
    const kept = keptBytes(evidence, access, chunk);
    if (kept === undefined) continue;
    const pool = poolOf(evidence);
    const found = writes.find(
      ({ record }) => record.writer !== access.record.writer && goesOn(evidence, { pool, chunk, kept, record }),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Kept {
  /** Byte in the chunk where the body breaks. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A note is the host's word: it only counts where it fits the record. */
function keptBytes({ log, notes, facts }: Evidence, { id }: SharedAccess, chunk: number): Kept | undefined {
  const entry = log.entry(id);
  for (const { host, worker, note } of notes) {
    if (host !== entry?.host || worker !== entry.worker || note.kind !== 'evidence') continue;
    const at = note.offset - chunk * facts.chunkBytes;
    const isFitting = note.sequence === entry.record.sequence && note.chunk === chunk && at < facts.chunkBytes;
    if (!isFitting || at < stampBytes || !/^([0-9a-f]{2})*$/i.test(note.aroundHex)) continue;
    const length = note.aroundHex.length / 2;
    const from = Math.max(0, Math.min(at - length / 2, facts.chunkBytes - length));
    const hex = note.aroundHex.slice((at - from) * 2);
    const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, place) =>
      Number.parseInt(hex.slice(place * 2, place * 2 + 2), 16),
    );
    if (bytes.length >= leastBytes) return { at, bytes };
  }
  return undefined;
}

function goesOn(
  { facts }: Evidence,
  { pool, chunk, kept, record }: { pool: Uint8Array; chunk: number; kept: Kept; record: SharedAccess['record'] },
): boolean {
  const { name, writer, generation } = record;
  const stamp = new Uint32Array(stampBytes / 4);
  const incarnation = { creator: ownerOfArena('shared'), operation: name };
  encodeStamp({ runTag: 0, incarnation, writer, chunk, operation: generation, generation }, stamp);
  const source = bodyOffset(stamp, 0) + kept.at - stampBytes;
  const length = Math.min(kept.bytes.length, facts.chunkBytes - kept.at);
  const isSame = (places: number): boolean =>
    kept.bytes.subarray(0, places).every((byte, at) => byte === pool[source + at]);
  return isSame(Math.max(leastBytes, Math.min(length, keptForSure)));
}

/** Further behind the first write may go on again. */
const keptForSure = 32;

function poolOf({ runTag, facts }: Evidence): Uint8Array {
  return makePool(runTag, facts.chunkBytes);
}
