/**
 * A worker's side of its ring: a slot is taken before an operation starts and completed after, so that what a crash leaves
 * says what was under way. The worker waits when the main thread is a whole ring behind; it never drops a record.
 */
import { bucketOf, histogramBuckets } from '../model/histogram.ts';
import type { Note } from '../model/journal.ts';
import { layout, outcomes } from '../model/record.ts';
import type { Recorder } from '../workloads/workload.ts';
import { control, errnoLimit, ringSlots, totals, type WorkerMemory } from './memory.ts';

/** Notes that a worker keeps in one phase; the rest is counted. */
export const maxNotes = 1_000;

export interface PhaseRecorder extends Recorder {
  /** A new phase may make as many notes as the one before. */
  startPhase(): void;
  /** The next operation was to begin then. */
  due(atNs: number): void;
  endPhase(): void;
}

export interface RecorderOptions {
  readonly memory: WorkerMemory;
  readonly now: () => number;
  readonly post: (note: Note) => void;
  /** Told of every error that the workload doesn't expect, by the slot of its operation. */
  readonly onError?: (slot: number, errno: number) => void;
}

/**
 * Places of times that change with each operation, in an array because a variable would be a new object each time: its end, where
 * it is marked; when it was to begin, and when the next one is to: Infinity where that is whenever it can.
 */
const marked = 0;
const due = 1;
const nextDue = 2;

export function openRecorder({ memory, now, post, onError }: RecorderOptions): PhaseRecorder {
  const { control: words, ring, counts, bytes: bytesOf, latencies, errors, responses } = memory;
  const { u8, u16, u32, f64 } = ring;
  let first = 0;
  let next = 0;
  let drained = 0;
  let isMarked = false;
  let notes = 0;
  let isPaced = false;
  const times = new Float64Array([NaN, Infinity, Infinity]);

  const take = (kind: number): number => {
    if (((next - drained) | 0) >= ringSlots) waitForRoom();
    const slot = next & (ringSlots - 1);
    for (let at = slot * 8; at < slot * 8 + 8; at++) f64[at] = 0;
    u8[slot * 64 + layout.kind] = kind;
    u32[slot * 16 + layout.sequence] = recorder.sequence;
    next = (next + 1) | 0;
    return slot;
  };

  const waitForRoom = (): void => {
    if (((next - first) | 0) >= ringSlots) throw new Error('one operation needs more records than the ring holds');
    for (;;) {
      drained = Atomics.load(words, control.drained);
      if (((next - drained) | 0) < ringSlots) return;
      Atomics.wait(words, control.drained, drained);
    }
  };

  const count = (slot: number, errno: number, bytes: number, isError: boolean): void => {
    const kind = u8[slot * 64 + layout.kind] ?? 0;
    const elapsedNs = (f64[slot * 8 + layout.endNs] ?? 0) - (f64[slot * 8 + layout.startNs] ?? 0);
    add(counts, kind, 1);
    add(bytesOf, kind, bytes);
    add(latencies, kind * histogramBuckets + bucketOf(elapsedNs), 1);
    if (isPaced) countResponse(slot, kind, elapsedNs);
    if (isError) add(errors, kind * errnoLimit + Math.min(errno, errnoLimit - 1), 1);
    add(memory.totals, totals.operations, 1);
    add(memory.totals, totals.bytes, bytes);
    if (isError) add(memory.totals, totals.errors, 1);
  };

  /** What follows in the same turn, as an fsync after a write, is due when it begins. */
  const countResponse = (slot: number, kind: number, elapsedNs: number): void => {
    const lateNs = Math.max(0, (f64[slot * 8 + layout.startNs] ?? 0) - (times[due] ?? Infinity));
    add(responses, kind * histogramBuckets + bucketOf(elapsedNs + lateNs), 1);
    memory.totals[totals.lateNsMax] = Math.max(memory.totals[totals.lateNsMax] ?? 0, lateNs);
  };

  // A getter for the sequence would make a dictionary of it, in which each call would look anew.
  const recorder: PhaseRecorder & { sequence: number } = {
    views: ring,
    sequence: 0,
    begin(kind) {
      recorder.sequence++;
      first = next;
      const slot = take(kind);
      f64[slot * 8 + layout.startNs] = now();
      isMarked = false;
      times[due] = times[nextDue] ?? Infinity;
      times[nextDue] = Infinity;
      Atomics.store(words, control.taken, next);
      // What the main thread has written of a worker that it gave up must stay all that this worker did. Each stores before
      // it looks, so that one of the two sees the other.
      if (Atomics.load(words, control.givenUp) !== 0) throw new Error('this worker was given up');
      return slot;
    },
    extend(kind) {
      const slot = take(kind);
      f64[slot * 8 + layout.startNs] = f64[(first & (ringSlots - 1)) * 8 + layout.startNs] ?? 0;
      Atomics.store(words, control.taken, next);
      return slot;
    },
    mark() {
      times[marked] = now();
      isMarked = true;
    },
    end(outcome, errno, bytes, isExpected = false) {
      const endNs = isMarked ? (times[marked] ?? 0) : now();
      for (let position = first; position !== next; position = (position + 1) | 0) {
        const slot = position & (ringSlots - 1);
        u8[slot * 64 + layout.outcome] = outcome;
        u16[slot * 32 + layout.errno] = errno;
        f64[slot * 8 + layout.endNs] = endNs;
      }
      const isError = outcome === outcomes.error && !isExpected;
      count(first & (ringSlots - 1), errno, bytes, isError);
      if (isError) onError?.(first & (ringSlots - 1), errno);
      first = next;
      Atomics.store(words, control.completed, next);
    },
    note(note) {
      if (++notes <= maxNotes) post(note);
      else Atomics.add(words, control.droppedNotes, 1);
    },
    startPhase() {
      notes = 0;
      isPaced = false;
    },
    due(atNs) {
      if (!isPaced) memory.totals[totals.firstDueNs] = atNs;
      isPaced = true;
      times[nextDue] = atNs;
      add(memory.totals, totals.turns, 1);
    },
    endPhase() {
      if (isPaced) memory.totals[totals.pacedUntilNs] = now();
    },
  };
  return recorder;
}

function add(numbers: Float64Array | Uint32Array, at: number, by: number): void {
  numbers[at] = (numbers[at] ?? 0) + by;
}
