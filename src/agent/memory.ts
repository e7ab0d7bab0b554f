/**
 * What a worker shares with the main thread: a ring of records, and what is counted of them. The worker alone writes all
 * but `drained`, `stop` and `givenUp`; a record is the main thread's as soon as `completed` has passed it.
 */
import { histogramBuckets } from '../model/histogram.ts';
import { recordBytes, viewRecords, type RecordViews } from '../model/record.ts';

/** At 50 drains a second this is 1.6 million records a second. A power of two, as positions wrap at 2^32. */
export const ringSlots = 32_768;

/** Words of `control`: positions in the ring count on and on, modulo 2^32. */
export const control = { taken: 0, completed: 1, drained: 2, stop: 3, droppedNotes: 4, givenUp: 5 } as const;

/** Places in `totals`. */
export const totals = {
  operations: 0,
  errors: 1,
  bytes: 2,
  /** Of a paced stress: operations that were due and begun, when the first was due, when the worker ended, and the most that one was late. */
  turns: 3,
  firstDueNs: 4,
  pacedUntilNs: 5,
  lateNsMax: 6,
} as const;

/** More than there are kinds of records. */
export const kindLimit = 64;

/** Linux's end at 133; some file systems let their own, from 512 on, through: those count as the last. */
export const errnoLimit = 256;

export interface WorkerMemory {
  readonly shared: SharedArrayBuffer;
  readonly control: Int32Array;
  readonly totals: Float64Array;
  readonly ring: RecordViews;
  /** By kind: finished operations, their bytes, and at kind x buckets + bucket their latencies, at kind x errnoLimit + errno their errors. */
  readonly counts: Float64Array;
  readonly bytes: Float64Array;
  readonly latencies: Uint32Array;
  readonly errors: Uint32Array;
  /** As `latencies`, but from when a paced operation was due: untouched memory where nothing is paced. */
  readonly responses: Uint32Array;
}

const offsets = {
  control: 0,
  totals: 64,
  counts: 128,
  bytes: 128 + 8 * kindLimit,
  ring: 128 + 16 * kindLimit,
} as const;
const latencyOffset = offsets.ring + ringSlots * recordBytes;
const errorOffset = latencyOffset + 4 * kindLimit * histogramBuckets;
const responseOffset = errorOffset + 4 * kindLimit * errnoLimit;
const memoryBytes = responseOffset + 4 * kindLimit * histogramBuckets;

export function newMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(memoryBytes);
}

export function viewMemory(shared: SharedArrayBuffer): WorkerMemory {
  return {
    shared,
    control: new Int32Array(shared, offsets.control, 16),
    totals: new Float64Array(shared, offsets.totals, 8),
    ring: viewRecords(shared, offsets.ring, ringSlots),
    counts: new Float64Array(shared, offsets.counts, kindLimit),
    bytes: new Float64Array(shared, offsets.bytes, kindLimit),
    latencies: new Uint32Array(shared, latencyOffset, kindLimit * histogramBuckets),
    errors: new Uint32Array(shared, errorOffset, kindLimit * errnoLimit),
    responses: new Uint32Array(shared, responseOffset, kindLimit * histogramBuckets),
  };
}
