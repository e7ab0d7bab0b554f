/** The counter that a lock guards: the number, who wrote it, and in which operation, as the stamp of a chunk. */
import { contents } from '../../model/record.ts';
import { decodeStamp, encodeStamp, stampBytes } from '../../model/stamp.ts';
import type { FileOperations } from '../operations.ts';

export interface Counter {
  readonly number: number;
  readonly writer: number;
  /** The writer's operation number. */
  readonly operation: number;
}

export interface CounterPlace {
  readonly fd: number;
  readonly position: number;
  /** Of the range. */
  readonly range: number;
  readonly runTag: number;
}

/** What a read brought; without a counter, what there was instead. */
export type CounterRead =
  | { readonly content: typeof contents.data; readonly counter: Counter }
  | { readonly content: typeof contents.none | typeof contents.unreadable };

const words = new Uint32Array(stampBytes / 4);
const bytes = new Uint8Array(words.buffer);

export function readCounter(operations: FileOperations, { fd, position, range, runTag }: CounterPlace): CounterRead {
  words.fill(0);
  const count = operations.read(fd, bytes, 0, stampBytes, position);
  // A file that has ended before, or a hole, has never had one.
  if (count === 0 || (count === stampBytes && words.every((word) => word === 0))) return { content: contents.none };
  const stamp = count === stampBytes ? decodeStamp(words) : undefined;
  if (stamp === undefined || stamp.runTag !== runTag || stamp.chunk !== range) return { content: contents.unreadable };
  const { generation: number, writer, operation } = stamp;
  return { content: contents.data, counter: { number, writer, operation } };
}

/** The bytes that were written. */
export function writeCounter(
  operations: FileOperations,
  { fd, position, range, runTag }: CounterPlace,
  { number, writer, operation }: Counter,
): number {
  const incarnation = { creator: 0, operation: 0 };
  encodeStamp({ runTag, incarnation, writer, chunk: range, operation, generation: number }, words);
  return operations.write(fd, bytes, 0, stampBytes, position);
}
