/**
 * Empties the rings of all workers into one journal file, block by block, so that what is on disk at any moment reads
 * back up to its last whole block.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import zlib from 'node:zlib';
import { crc32 } from '../model/checksum.ts';
import { messageOf } from '../model/errors.ts';
import {
  blockHeaderBytes,
  encodeBlock,
  journalEnd,
  sealBlock,
  type BlockBody,
  type BlockHeader,
  type Note,
} from '../model/journal.ts';
import { layout, outcomes, recordBytes } from '../model/record.ts';
import { control, ringSlots, type WorkerMemory } from './memory.ts';

/** Node's own, from 20.15 on, takes less than half the time. */
const fastCrc32 = 'crc32' in zlib ? zlib.crc32 : crc32;

/** What a dying agent may lose is at most this old (100 ms would do); and the rings never fill. */
const drainMs = 20;

export interface JournalOptions {
  readonly path: string;
  readonly host: number;
  readonly runTag: number;
  readonly boot: readonly [number, number];
  /** The run-wide number of this host's first worker. */
  readonly firstWorker: number;
  readonly now: () => number;
  /** Called once, when the file can't be written: from then on there is no evidence. */
  readonly onBroken: (reason: string) => void;
}

export interface JournalTotals {
  readonly bytes: number;
  readonly records: number;
  readonly workers: number;
}

export interface JournalWriter {
  /** Starts emptying these rings, a worker each. */
  attach(memories: readonly WorkerMemory[]): void;
  /** Everything from here on belongs to this phase: its place in agentPhases, from 1. */
  startPhase(phase: number): void;
  note(worker: number, note: Note): void;
  drain(): void;
  /** Writes what a worker has taken, its last operation as one without an answer, and nothing of it after that. */
  giveUp(worker: number): void;
  /** Writes what is left, also of operations that will never answer, and the end marks; closes the file. */
  finish(): JournalTotals;
  /** Stops without end marks. */
  abandon(): void;
}

export function openJournal(options: JournalOptions): JournalWriter {
  const { path, firstWorker, now } = options;
  const fd = openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_APPEND, 0o600);
  const nextNumber = new Map<number, number>();
  let memories: readonly WorkerMemory[] = [];
  /** For a block of records, again and again: as much as a ring holds. */
  const room = new Uint8Array(blockHeaderBytes + ringSlots * recordBytes);
  const givenUp = new Set<number>();
  let phase = 0;
  let bytes = 0;
  let records = 0;
  let isOpen = true;
  let isBroken = false;

  const nextHeader = (worker: number): BlockHeader => {
    const number = nextNumber.get(worker) ?? 0;
    nextNumber.set(worker, number + 1);
    const { host, runTag, boot } = options;
    return { phase, number, host, worker, runTag, boot, writtenNs: now() };
  };
  const write = (block: Uint8Array): void => {
    try {
      writeWhole(fd, block);
      bytes += block.length;
    } catch (error) {
      isBroken = true;
      options.onBroken(`the journal ${path} can't be written: ${messageOf(error)}`);
    }
  };
  const append = (worker: number, body: BlockBody): void => {
    if (isOpen && !isBroken) write(encodeBlock({ ...nextHeader(worker), ...body }));
  };
  const drainOf = (worker: number, memory: WorkerMemory, until: number): void => {
    if (givenUp.has(worker)) return;
    const count = takeRecords(memory, until, room.subarray(blockHeaderBytes));
    if (count === 0 || !isOpen || isBroken) return;
    const block = room.subarray(0, blockHeaderBytes + count * recordBytes);
    sealBlock(block, { type: 'records', ...nextHeader(firstWorker + worker) }, fastCrc32);
    write(block);
    if (!isBroken) records += count;
  };
  const drainTo = (until: number): void => {
    for (const [worker, memory] of memories.entries()) drainOf(worker, memory, until);
  };
  const drain = (): void => drainTo(control.completed);
  const timer = setInterval(drain, drainMs);
  const close = (): void => {
    clearInterval(timer);
    if (isOpen) closeSync(fd);
    isOpen = false;
  };

  return {
    attach(rings) {
      memories = rings;
    },
    startPhase(number) {
      drain();
      phase = number;
    },
    note: (worker, note) => append(firstWorker + worker, { type: 'note', note }),
    drain,
    giveUp(worker) {
      const memory = memories[worker];
      if (memory === undefined) return;
      Atomics.store(memory.control, control.givenUp, 1);
      drainOf(worker, memory, control.taken);
      givenUp.add(worker);
    },
    finish() {
      drainTo(control.taken);
      for (const [worker, memory] of memories.entries()) {
        const dropped = Atomics.load(memory.control, control.droppedNotes);
        if (dropped > 0) append(firstWorker + worker, { type: 'note', note: { kind: 'dropped', notes: dropped } });
        append(firstWorker + worker, { type: 'end' });
      }
      append(journalEnd, { type: 'end' });
      close();
      return { bytes, records, workers: memories.length };
    },
    abandon: close,
  };
}

/** Copies what the worker has written since, up to the position in that word, and gives the worker the room back. Returns how many records. */
function takeRecords({ control: words, ring }: WorkerMemory, until: number, copied: Uint8Array): number {
  const from = Atomics.load(words, control.drained);
  const to = Atomics.load(words, until);
  const answered = Atomics.load(words, control.completed) - from;
  const count = (to - from) | 0;
  if (count <= 0) return 0;
  const start = from & (ringSlots - 1);
  const beforeWrap = Math.min(count, ringSlots - start);
  copied.set(ring.u8.subarray(start * recordBytes, (start + beforeWrap) * recordBytes));
  copied.set(ring.u8.subarray(0, (count - beforeWrap) * recordBytes), beforeWrap * recordBytes);
  // An operation that ends at this very moment is copied in part: it counts as one without an answer.
  for (let at = Math.max(0, answered | 0); at < count; at++) {
    copied[at * recordBytes + layout.outcome] = outcomes.pending;
  }
  Atomics.store(words, control.drained, to);
  Atomics.notify(words, control.drained);
  return count;
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done);
}
