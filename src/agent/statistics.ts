/** Reads what the workers have counted, while they count on: for heartbeats, samples and the result. */
import { errnoNameOf } from '../model/errno.ts';
import {
  countOf,
  histogramBuckets,
  isPercentileSupported,
  newHistogram,
  percentile,
  toSparse,
  type SparseHistogram,
} from '../model/histogram.ts';
import { pathOf } from '../model/namespace.ts';
import { kindName, layout, recordKinds, type RecordViews } from '../model/record.ts';
import type { Heartbeat } from '../model/protocol.ts';
import type { OperationStats, Pace } from '../model/result.ts';
import { control, errnoLimit, ringSlots, totals, type WorkerMemory } from './memory.ts';

export interface Totals {
  readonly operations: number;
  readonly errors: number;
  readonly bytes: number;
}

export function totalsOf(memories: readonly WorkerMemory[]): Totals {
  const sum = (at: number): number => memories.reduce((all, memory) => all + (memory.totals[at] ?? 0), 0);
  return { operations: sum(totals.operations), errors: sum(totals.errors), bytes: sum(totals.bytes) };
}

export function totalsSince(now: Totals, before: Totals): Totals {
  return {
    operations: now.operations - before.operations,
    errors: now.errors - before.errors,
    bytes: now.bytes - before.bytes,
  };
}

/** Forgets all counts by kind; only while the workers are idle. */
export function clearStatistics(memories: readonly WorkerMemory[]): void {
  for (const memory of memories) {
    const { counts, bytes, latencies, errors, responses } = memory;
    for (const kind of kindsIn(memory)) {
      counts[kind] = 0;
      bytes[kind] = 0;
      errors.fill(0, kind * errnoLimit, (kind + 1) * errnoLimit);
      for (const table of isPaced(memory) ? [latencies, responses] : [latencies])
        table.fill(0, kind * histogramBuckets, (kind + 1) * histogramBuckets);
    }
    memory.totals.fill(0, totals.turns);
  }
}

/** The kinds of operations that were done. Of the others nothing is counted, and a thousand workers' pages for them are never touched. */
function kindsIn({ counts }: WorkerMemory): readonly number[] {
  return [...counts.keys()].filter((kind) => (counts[kind] ?? 0) > 0);
}

function isPaced(memory: WorkerMemory): boolean {
  return (memory.totals[totals.turns] ?? 0) > 0;
}

/** In us, of all kinds (response times, where they are paced) since the counts were forgotten; undefined while they are too few to say. */
export function p99UsOf(memories: readonly WorkerMemory[]): number | undefined {
  const all = newHistogram();
  for (const memory of memories) {
    const table = isPaced(memory) ? memory.responses : memory.latencies;
    for (const kind of kindsIn(memory)) addKind(all, table, kind);
  }
  const value = isPercentileSupported(99, countOf(all)) ? percentile(all, 99) : undefined;
  return value === undefined ? undefined : value / 1000;
}

/** One entry a kind of operation that was done, over all workers. */
export function statisticsOf(memories: readonly WorkerMemory[]): OperationStats[] {
  return Object.entries(recordKinds).flatMap(([name, kind]) => {
    const count = sumOf(memories, (memory) => memory.counts[kind]);
    if (count === 0) return [];
    return [
      {
        name,
        count,
        bytes: sumOf(memories, (memory) => memory.bytes[kind]),
        errors: errorsOf(memories, kind),
        histogram: histogramOf(memories, ({ latencies }) => latencies, kind),
        ...(memories.some(isPaced) ? { response: histogramOf(memories, ({ responses }) => responses, kind) } : {}),
      },
    ];
  });
}

/** How each worker kept the rate that was asked for; undefined where none was. */
export function paceOf(memories: readonly WorkerMemory[], nowNs: number): Pace | undefined {
  if (!memories.some(isPaced)) return undefined;
  return memories.map(({ totals: words }) => {
    // One that is stuck has not ended.
    const untilNs = words[totals.pacedUntilNs] || nowNs;
    const turns = words[totals.turns] ?? 0;
    const elapsedNs = turns === 0 ? 0 : untilNs - (words[totals.firstDueNs] ?? 0);
    return { turns, elapsedMs: Math.max(0, elapsedNs) / 1e6, lateMsMax: (words[totals.lateNsMax] ?? 0) / 1e6 };
  });
}

function errorsOf(memories: readonly WorkerMemory[], kind: number): Record<string, number> {
  const errors: Record<string, number> = {};
  for (let errno = 0; errno < errnoLimit; errno++) {
    const count = sumOf(memories, (memory) => memory.errors[kind * errnoLimit + errno]);
    if (count > 0) errors[errnoName(errno)] = count;
  }
  return errors;
}

/** As the merge names them in the journals; Node itself has no name for some, such as ESTALE. */
export function errnoName(errno: number): string {
  return errno === 0 || errno === errnoLimit - 1 ? 'other' : errnoNameOf(errno, process.platform);
}

function histogramOf(
  memories: readonly WorkerMemory[],
  latencies: (memory: WorkerMemory) => Uint32Array,
  kind: number,
): SparseHistogram {
  const all = newHistogram();
  for (const memory of memories) addKind(all, latencies(memory), kind);
  return toSparse(all);
}

function addKind(sum: Float64Array, table: Uint32Array, kind: number): void {
  const from = kind * histogramBuckets;
  for (let bucket = 0; bucket < histogramBuckets; bucket++) {
    const count = table[from + bucket] ?? 0;
    if (count > 0) sum[bucket] = (sum[bucket] ?? 0) + count;
  }
}

function sumOf(memories: readonly WorkerMemory[], value: (memory: WorkerMemory) => number | undefined): number {
  return memories.reduce((sum, memory) => sum + (value(memory) ?? 0), 0);
}

/** The operation that is longest in flight, as its slot in the ring tells. */
export function oldestOf(
  memories: readonly WorkerMemory[],
  { firstWorker, nowNs }: { readonly firstWorker: number; readonly nowNs: number },
): Heartbeat['oldest'] {
  let oldest: Heartbeat['oldest'];
  for (const [worker, memory] of memories.entries()) {
    const own = inFlightOf(memory, nowNs);
    if (own === undefined || (oldest !== undefined && oldest.ageMs >= own.ageMs)) continue;
    oldest = { ...own, worker: firstWorker + worker };
  }
  return oldest;
}

export interface InFlight {
  readonly operation: string;
  readonly file: string;
  readonly ageMs: number;
}

/** What one worker is in the middle of. */
export function inFlightOf({ control: words, ring }: WorkerMemory, nowNs: number): InFlight | undefined {
  const completed = Atomics.load(words, control.completed);
  if (Atomics.load(words, control.taken) === completed) return undefined;
  const slot = completed & (ringSlots - 1);
  const ageMs = Math.max(0, nowNs - (ring.f64[slot * 8 + layout.startNs] ?? nowNs)) / 1e6;
  return { ...namedBy(ring, slot), ageMs };
}

/** What the operation of a slot is, and of which file. */
export function namedBy(ring: RecordViews, slot: number): Pick<InFlight, 'operation' | 'file'> {
  return {
    operation: kindName(ring.u8[slot * 64 + layout.kind] ?? 0),
    file: pathOf(ring.u16[slot * 32 + layout.owner] ?? 0, ring.u32[slot * 16 + layout.name] ?? 0),
  };
}
