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
import { extraCalls } from './extra-calls.ts';
import { recordBytes } from './record.ts';

export const blockHeaderBytes = 48;
/** Of the header, those before its CRC-32. */
const checkedBytes = 44;
/** The first bytes of every block, so of every journal. */
export const journalMagic = 'FBJ1';
const magic = 0x314a4246;
const version = 1;

/** The "worker" of the block that ends a whole journal. */
export const journalEnd = 0xffff;

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
  /** What the workload has a use for, and this host or its file system hasn't. errno 0: nothing there can make the call. */
  z.object({ kind: z.literal('untried'), call: z.enum(extraCalls), errno: z.int() }),
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
  bytes.set(payload, blockHeaderBytes);
  sealBlock(bytes, block);
  return bytes;
}

/** Writes the header of a block whose payload is in its place: who writes many uses the same bytes again, and may lend a faster CRC-32. */
export function sealBlock(
  bytes: Uint8Array,
  block: BlockHeader & Pick<BlockBody, 'type'>,
  crc: typeof crc32 = crc32,
): void {
  const payloadBytes = bytes.length - blockHeaderBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(0, magic, true);
  view.setUint8(4, version);
  view.setUint8(5, blockTypes[block.type]);
  view.setUint8(6, block.phase);
  view.setUint8(7, 0);
  view.setUint32(8, payloadBytes, true);
  view.setUint32(12, block.number, true);
  view.setUint16(16, block.host, true);
  view.setUint16(18, block.worker, true);
  view.setUint32(20, block.runTag, true);
  view.setUint32(24, block.boot[0], true);
  view.setUint32(28, block.boot[1], true);
  view.setFloat64(32, block.writtenNs, true);
  view.setUint32(40, block.type === 'records' ? payloadBytes / recordBytes : 0, true);
  view.setUint32(44, checkOf(bytes.subarray(0, checkedBytes), bytes.subarray(blockHeaderBytes), crc), true);
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
  const order = new BlockOrder(of);
  let at = 0;
  while (at < aligned.length) {
    const read = decodeBlock(aligned, at);
    if (read === undefined) return { blocks, damage: cutAt(at, aligned.length) };
    const damage = order.follow(read.block, at);
    if (damage !== undefined) return { blocks, damage };
    blocks.push(read.block);
    at += read.bytes;
  }
  return { blocks, damage: order.missing() };
}

export function cutAt(at: number, bytes: number): string {
  return `cut or damaged at byte ${at} of ${bytes}`;
}

/** Whether the blocks of one journal are of one run, host and boot, and none of any worker is missing. */
export class BlockOrder {
  readonly #of: { readonly runTag: number; readonly host: number };
  readonly #nextNumber = new Map<number, number>();
  readonly #ended = new Set<number>();
  #boot: readonly [number, number] | undefined;

  constructor(of: { readonly runTag: number; readonly host: number }) {
    this.#of = of;
  }

  /** What is wrong with the block that comes next. */
  follow(block: Block, at: number): string | undefined {
    const { worker, number, boot } = block;
    this.#boot ??= boot;
    if (block.runTag !== this.#of.runTag || block.host !== this.#of.host) {
      return `the block at byte ${at} belongs to another run or host`;
    }
    if (boot[0] !== this.#boot[0] || boot[1] !== this.#boot[1]) {
      return `the block at byte ${at} was written by another agent process`;
    }
    const expected = this.#nextNumber.get(worker) ?? 0;
    if (number !== expected) return `block ${expected} of worker ${worker} is missing at byte ${at}`;
    this.#nextNumber.set(worker, number + 1);
    if (block.type === 'end') this.#ended.add(worker);
    return undefined;
  }

  /** What is missing once there are no more blocks. */
  missing(): string | undefined {
    const open = [...this.#nextNumber.keys()].filter((worker) => !this.#ended.has(worker));
    if (open.length > 0) return `worker ${open.join(', ')} has no end mark`;
    return this.#ended.has(journalEnd) ? undefined : 'no end mark';
  }
}

/** The largest payload that a block may claim; the agent writes far smaller ones. */
const maxPayloadBytes = 64 << 20;

/** How long the block is that begins here, by its header; undefined where none does. */
export function blockLength(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < blockHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  if (view.getUint32(0, true) !== magic || view.getUint8(4) !== version) return undefined;
  const payloadBytes = view.getUint32(8, true);
  return payloadBytes > maxPayloadBytes || payloadBytes % 8 !== 0 ? undefined : blockHeaderBytes + payloadBytes;
}

/** The block that begins here, if all of it is there; who has a faster CRC-32 at hand may lend it. */
export function decodeBlock(
  bytes: Uint8Array,
  at: number,
  crc: typeof crc32 = crc32,
): { readonly block: Block; readonly bytes: number } | undefined {
  const length = blockLength(bytes, at);
  if (length === undefined || at + length > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const payload = bytes.subarray(at + blockHeaderBytes, at + length);
  if (view.getUint32(44, true) !== checkOf(bytes.subarray(at, at + checkedBytes), payload, crc)) return undefined;
  const body = decodeBody(view.getUint8(5), payload);
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
  return { block: { ...header, ...body }, bytes: length };
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

/** Of the header before its CRC-32, and the payload. */
function checkOf(header: Uint8Array, payload: Uint8Array, crc: typeof crc32): number {
  return crc(payload, crc(header));
}
