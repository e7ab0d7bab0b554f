/**
 * The journal: what every worker did and saw, 64 bytes an operation. The agent writes it to the host's local disk, the
 * controller fetches and checks it. One file a host holds the blocks of all its workers.
 *
 * A block: 48-byte header (0 'FBJ1', 4 version, 5 type, 6 phase, 8 payload bytes, 12 block number, 16 host, 18 worker,
 * 20 run tag, 24 boot id, 32 written at (host ns), 40 records, 44 CRC-32 of the header before it and the payload), then
 * the payload: records, or the JSON of one note, padded to 8 bytes. Everything is little-endian. A worker's last block is an `end`;
 * the block of worker 0xffff that ends the file says that no worker is missing.
 */
import * as z from 'zod/mini';
import { crc32 } from './checksum.ts';

export const recordBytes = 64;
export const blockHeaderBytes = 48;
const magic = 0x314a4246;
const version = 1;

/** The "worker" of the block that ends a whole journal. */
export const journalEnd = 0xffff;

/** What a record is about. Values are part of the format: append, never renumber. */
export const recordKinds = {
  mkdir: 1,
  rmdir: 2,
  touch: 3,
  write: 4,
  read: 5,
  stat: 6,
  list: 7,
  rename: 8,
  delete: 9,
  truncate: 10,
  /** A run of chunks that a read saw, beyond the first run, which is in the read's own record. */
  observe: 11,
  /** Verify: one directory of a tree was listed; size = entries seen. */
  scanList: 12,
  /** Verify: one name was there; size = its size. */
  scanEntry: 13,
  /** Verify: one file was read; the first run of chunks that it saw, like read. */
  scanRead: 14,
} as const;

/** What happened to an operation: no answer (worker or host died in it), success, or an errno. */
export const outcomes = { pending: 0, ok: 1, error: 2 } as const;

/** What chunks looked like. `data` explains itself: stamp readable, this run, right position, body equal. */
export const contents = {
  none: 0,
  data: 1,
  zeros: 2,
  /** No stamp can be read. */
  unreadable: 3,
  /** The stamp is good, the body isn't what it says. */
  badBody: 4,
  /** A good stamp of another run (its tag in `target`). */
  foreign: 5,
  /** A good stamp and body, of another chunk (in `target`). */
  misplaced: 6,
  /** The file ended inside the chunk. */
  partial: 7,
} as const;

/** Why a read happened, in `flags`. */
export const readFlags = { secondScan: 1 } as const;

/**
 * One operation. `owner` is the run-wide number of the worker whose tree holds the object, `name` the object's number in
 * that tree (see namespace.ts); `target` the new name of a rename, or the chunk found in a misplaced one.
 * first/count are chunks; generation, creator, incarnation and writer are what was written or seen; times are ns of the
 * host's monotonic clock since the agent's start; size is bytes (written, read first, new size, seen size) or entries.
 */
export interface JournalRecord {
  readonly kind: number;
  readonly outcome: number;
  readonly errno: number;
  readonly sequence: number;
  readonly owner: number;
  readonly content: number;
  readonly flags: number;
  readonly name: number;
  readonly target: number;
  readonly first: number;
  readonly count: number;
  readonly generation: number;
  readonly creator: number;
  readonly writer: number;
  readonly incarnation: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly size: number;
}

/** Where the fields of a record are: index = record x stride + offset in the view of that width. */
export const layout = {
  kind: 0, // u8
  outcome: 1, // u8
  errno: 1, // u16
  sequence: 1, // u32
  owner: 4, // u16
  content: 10, // u8
  flags: 11, // u8
  name: 3, // u32
  target: 4, // u32
  first: 5, // u32
  count: 6, // u32
  generation: 7, // u32
  creator: 16, // u16
  writer: 17, // u16
  incarnation: 9, // u32
  startNs: 5, // f64
  endNs: 6, // f64
  size: 7, // f64
} as const;

/** Typed views on records that lie one after another; `at` is a record's index. */
export interface RecordViews {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
}

/** Views on memory whose offset is a multiple of 8. */
export function viewRecords(buffer: ArrayBufferLike, byteOffset: number, count: number): RecordViews {
  return {
    u8: new Uint8Array(buffer, byteOffset, count * 64),
    u16: new Uint16Array(buffer, byteOffset, count * 32),
    u32: new Uint32Array(buffer, byteOffset, count * 16),
    f64: new Float64Array(buffer, byteOffset, count * 8),
  };
}

export function readRecord({ u8, u16, u32, f64 }: RecordViews, at: number): JournalRecord {
  const byte = at * 64;
  const half = at * 32;
  const word = at * 16;
  const double = at * 8;
  return {
    kind: u8[byte + layout.kind] ?? 0,
    outcome: u8[byte + layout.outcome] ?? 0,
    errno: u16[half + layout.errno] ?? 0,
    sequence: u32[word + layout.sequence] ?? 0,
    owner: u16[half + layout.owner] ?? 0,
    content: u8[byte + layout.content] ?? 0,
    flags: u8[byte + layout.flags] ?? 0,
    name: u32[word + layout.name] ?? 0,
    target: u32[word + layout.target] ?? 0,
    first: u32[word + layout.first] ?? 0,
    count: u32[word + layout.count] ?? 0,
    generation: u32[word + layout.generation] ?? 0,
    creator: u16[half + layout.creator] ?? 0,
    writer: u16[half + layout.writer] ?? 0,
    incarnation: u32[word + layout.incarnation] ?? 0,
    startNs: f64[double + layout.startNs] ?? 0,
    endNs: f64[double + layout.endNs] ?? 0,
    size: f64[double + layout.size] ?? 0,
  };
}

export function writeRecord({ u8, u16, u32, f64 }: RecordViews, at: number, record: JournalRecord): void {
  const byte = at * 64;
  const half = at * 32;
  const word = at * 16;
  const double = at * 8;
  u8[byte + layout.kind] = record.kind;
  u8[byte + layout.outcome] = record.outcome;
  u16[half + layout.errno] = record.errno;
  u32[word + layout.sequence] = record.sequence;
  u16[half + layout.owner] = record.owner;
  u8[byte + layout.content] = record.content;
  u8[byte + layout.flags] = record.flags;
  u32[word + layout.name] = record.name;
  u32[word + layout.target] = record.target;
  u32[word + layout.first] = record.first;
  u32[word + layout.count] = record.count;
  u32[word + layout.generation] = record.generation;
  u16[half + layout.creator] = record.creator;
  u16[half + layout.writer] = record.writer;
  u32[word + layout.incarnation] = record.incarnation;
  f64[double + layout.startNs] = record.startNs;
  f64[double + layout.endNs] = record.endNs;
  f64[double + layout.size] = record.size;
}

/** Things too rare or too odd for a record: a name that isn't ours, the evidence of a bad chunk. Texts are the host's: hostile. */
const noteSchema = z.discriminatedUnion('kind', [
  /** Verify saw a name that no tree can hold. */
  z.object({ kind: z.literal('entry'), path: z.string(), size: z.number(), type: z.enum(['file', 'folder', 'other']) }),
  /** What a read (by its sequence) found where it expected something else, with the bytes around it in hex. */
  z.object({
    kind: z.literal('evidence'),
    sequence: z.number(),
    path: z.string(),
    chunk: z.number(),
    /** Byte in the file where expectation and finding part. */
    offset: z.number(),
    expected: z.string(),
    found: z.string(),
    aroundHex: z.string(),
  }),
  /** Notes beyond the limit of a worker: counted, not kept. */
  z.object({ kind: z.literal('dropped'), notes: z.number() }),
]);
export type Note = z.infer<typeof noteSchema>;

export type BlockBody =
  | { readonly type: 'records'; readonly records: Uint8Array }
  | { readonly type: 'note'; readonly note: Note }
  | { readonly type: 'end' };

export interface BlockHeader {
  readonly phase: number;
  readonly number: number;
  readonly host: number;
  readonly worker: number;
  readonly runTag: number;
  /** Random, one an agent process, in two words. */
  readonly boot: readonly [number, number];
  readonly writtenNs: number;
}

export type Block = BlockHeader & BlockBody;

const blockTypes = { records: 1, note: 2, end: 3 } as const;

export function encodeBlock(block: Block): Uint8Array {
  const payload = payloadOf(block);
  const bytes = new Uint8Array(blockHeaderBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint8(4, version);
  view.setUint8(5, blockTypes[block.type]);
  view.setUint8(6, block.phase);
  view.setUint32(8, payload.length, true);
  view.setUint32(12, block.number, true);
  view.setUint16(16, block.host, true);
  view.setUint16(18, block.worker, true);
  view.setUint32(20, block.runTag, true);
  view.setUint32(24, block.boot[0], true);
  view.setUint32(28, block.boot[1], true);
  view.setFloat64(32, block.writtenNs, true);
  view.setUint32(40, block.type === 'records' ? payload.length / recordBytes : 0, true);
  bytes.set(payload, blockHeaderBytes);
  view.setUint32(44, checkOf(bytes), true);
  return bytes;
}

function payloadOf(block: BlockBody): Uint8Array {
  switch (block.type) {
    case 'records':
      return block.records;
    case 'note': {
      const text = asciiOf(JSON.stringify(block.note));
      const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
      padded.set(text);
      return padded;
    }
    case 'end':
      return new Uint8Array(0);
  }
}

/** What a journal file holds, and whether all of it is there. */
export interface Journal {
  /** In file order: one worker's records are in program order. */
  readonly blocks: readonly Block[];
  /** Undefined when the journal is whole; else what is wrong, for the verdict's reasons. */
  readonly damage: string | undefined;
}

/**
 * Reads blocks up to the first that is torn, and never past it. A journal is whole when it ends with the end block,
 * every worker's block numbers are gapless, and every block is of this run, host and boot.
 */
export function decodeJournal(bytes: Uint8Array, of: { readonly runTag: number; readonly host: number }): Journal {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const blocks: Block[] = [];
  const nextNumber = new Map<number, number>();
  const ended = new Set<number>();
  let boot: readonly [number, number] | undefined;
  let at = 0;
  while (at < aligned.length) {
    const read = decodeBlock(aligned, at);
    if (read === undefined) return { blocks, damage: `cut or damaged at byte ${at} of ${aligned.length}` };
    const { block, bytes: length } = read;
    boot ??= block.boot;
    if (block.runTag !== of.runTag || block.host !== of.host) {
      return { blocks, damage: `the block at byte ${at} belongs to another run or host` };
    }
    if (block.boot[0] !== boot[0] || block.boot[1] !== boot[1]) {
      return { blocks, damage: `the block at byte ${at} was written by another agent process` };
    }
    if (block.number !== (nextNumber.get(block.worker) ?? 0)) {
      return {
        blocks,
        damage: `block ${nextNumber.get(block.worker) ?? 0} of worker ${block.worker} is missing at byte ${at}`,
      };
    }
    nextNumber.set(block.worker, block.number + 1);
    if (block.type === 'end') ended.add(block.worker);
    blocks.push(block);
    at += length;
  }
  const open = [...nextNumber.keys()].filter((worker) => !ended.has(worker));
  if (open.length > 0) return { blocks, damage: `worker ${open.join(', ')} has no end mark` };
  return { blocks, damage: ended.has(journalEnd) ? undefined : 'no end mark' };
}

/** The largest payload that a block may claim; the agent writes far smaller ones. */
const maxPayloadBytes = 64 << 20;

function decodeBlock(bytes: Uint8Array, at: number): { readonly block: Block; readonly bytes: number } | undefined {
  if (bytes.length - at < blockHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  if (view.getUint32(0, true) !== magic || view.getUint8(4) !== version) return undefined;
  const payloadBytes = view.getUint32(8, true);
  if (payloadBytes > maxPayloadBytes || payloadBytes % 8 !== 0) return undefined;
  const end = at + blockHeaderBytes + payloadBytes;
  if (end > bytes.length) return undefined;
  if (view.getUint32(44, true) !== checkOf(bytes.subarray(at, end))) return undefined;
  const body = decodeBody(view.getUint8(5), bytes.subarray(at + blockHeaderBytes, end));
  if (body === undefined) return undefined;
  const header: BlockHeader = {
    phase: view.getUint8(6),
    number: view.getUint32(12, true),
    host: view.getUint16(16, true),
    worker: view.getUint16(18, true),
    runTag: view.getUint32(20, true),
    boot: [view.getUint32(24, true), view.getUint32(28, true)],
    writtenNs: view.getFloat64(32, true),
  };
  return { block: { ...header, ...body }, bytes: blockHeaderBytes + payloadBytes };
}

function decodeBody(type: number, payload: Uint8Array): BlockBody | undefined {
  switch (type) {
    case blockTypes.records:
      return payload.length % recordBytes === 0 ? { type: 'records', records: payload } : undefined;
    case blockTypes.note: {
      const note = parseNote(textOf(payload));
      return note === undefined ? undefined : { type: 'note', note };
    }
    case blockTypes.end:
      return { type: 'end' };
    default:
      return undefined;
  }
}

/** JSON in ASCII: other characters as JSON's own escapes. */
function asciiOf(json: string): Uint8Array {
  const escaped = json.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}

function textOf(ascii: Uint8Array): string {
  return Array.from(ascii, (byte) => String.fromCharCode(byte)).join('');
}

/** A note comes from a host: what isn't one makes the block a damaged one. */
function parseNote(text: string): Note | undefined {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function checkOf(block: Uint8Array): number {
  return crc32(block.subarray(blockHeaderBytes), crc32(block.subarray(0, 44)));
}
