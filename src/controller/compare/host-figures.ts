/** What two runs are compared by, of each host: its rates, errors and latencies of each kind of operation. */
import type { Latency, OperationKind } from '../../model/measured.ts';
import type { Facts } from '../../model/protocol.ts';

export interface HostFigures {
  readonly host: string;
  /** Of its agent, where it had one. */
  readonly facts?: Facts;
  /** What tools were told, and all else that makes their results comparable. */
  readonly traits: ReadonlyMap<string, string>;
  /** By what makes them the same in both runs. */
  readonly operations: ReadonlyMap<string, OperationFigures>;
  /** Of all kinds together, each counted once. */
  readonly all: OperationFigures;
}

export interface OperationFigures {
  readonly kind?: OperationKind;
  readonly count: number;
  readonly errors: number;
  /** Over the host's own time at it; NaN where nobody knows that. */
  readonly perSecond: number;
  readonly bytesPerSecond?: number;
  /** Of functional tests: how long they took, which is all that is compared of them here. */
  readonly timeUs?: number;
  /** Of latencies (response times, where it was paced): buckets that aren't empty, and their counts. */
  readonly buckets: Uint16Array;
  readonly counts: Float64Array;
  /** In place of a percentile, where there is none. */
  readonly mean?: LatencyFigures['mean'];
  /** A tool may have several kinds of latency, and say less of them; then these are in place of the buckets. */
  readonly latencies?: readonly LatencyFigures[];
}

export interface LatencyFigures {
  readonly of: Latency['of'];
  /** Means add up where percentiles don't. */
  readonly mean?: { readonly sumUs: number; readonly count: number };
  /** Where the spread isn't known: what is. */
  readonly only?: 'percentiles' | 'extremes and mean';
  readonly buckets: Uint16Array;
  readonly counts: Float64Array;
}

/** By host. */
export type HostsOperation = readonly (OperationFigures | undefined)[];

/** What two runs did of one kind of operation, by host. */
export interface Pair {
  readonly before: HostsOperation;
  readonly after: HostsOperation;
}
