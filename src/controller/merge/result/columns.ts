/**
 * The long lists of a host's result in columns: an hour of seconds is 7,200 objects a host, and a thousand hosts are merged.
 * Numbers side by side take a tenth of their memory, and nobody has to clean up after them.
 */
import { histogramBuckets } from '../../../model/histogram.ts';
import type { PingColumns } from '../../../model/ping.ts';
import type { Heartbeat } from '../../../model/protocol.ts';
import type { HostResult, OperationStats, Sample } from '../../../model/result.ts';

/** Samples in the order of the result, one place each in every column. */
export interface SampleColumns {
  /** NaN where nobody knows when that was. */
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly operations: Float64Array;
  readonly errors: Float64Array;
  readonly bytes: Float64Array;
}

/** Heartbeats in the order of the result: what all of them are asked for, and each of them as it is. */
export interface HeartbeatColumns {
  readonly atNs: readonly number[];
  readonly phase: readonly Heartbeat['phase'][];
  readonly operations: readonly number[];
  readonly cpuSeconds: readonly number[];
  readonly rssBytes: readonly number[];
  readonly loadAverage: readonly number[];
  /** NaN where nothing was in flight. */
  readonly oldestMs: readonly number[];
  /** Made when it is asked for. */
  readonly heartbeat: (at: number) => Heartbeat | undefined;
}

/** Buckets that aren't empty, and how often each was hit. */
export interface HistogramColumns {
  readonly buckets: Uint16Array;
  readonly counts: Float64Array;
}

/** Of pings as they are in a result. */
export function pingColumnsOf(pings: HostResult['pings']): PingColumns {
  return {
    sentNs: Float64Array.from(pings, ([sentNs]) => sentNs),
    hostNs: Float64Array.from(pings, ([, hostNs]) => hostNs),
    receivedNs: Float64Array.from(pings, ([, , receivedNs]) => receivedNs),
  };
}

export function sampleColumns(samples: readonly Sample[]): SampleColumns {
  return {
    startNs: Float64Array.from(samples, ({ startNs }) => startNs),
    endNs: Float64Array.from(samples, ({ endNs }) => endNs),
    operations: Float64Array.from(samples, ({ operations }) => operations),
    errors: Float64Array.from(samples, ({ errors }) => errors),
    bytes: Float64Array.from(samples, ({ bytes }) => bytes),
  };
}

export function heartbeatColumns(heartbeats: readonly Heartbeat[]): HeartbeatColumns {
  return {
    atNs: heartbeats.map(({ atNs }) => atNs),
    phase: heartbeats.map(({ phase }) => phase),
    operations: heartbeats.map(({ operations }) => operations),
    cpuSeconds: heartbeats.map(({ cpuSeconds }) => cpuSeconds),
    rssBytes: heartbeats.map(({ rssBytes }) => rssBytes),
    loadAverage: heartbeats.map(({ loadAverage }) => loadAverage),
    oldestMs: heartbeats.map(({ oldest }) => oldest?.ageMs ?? NaN),
    heartbeat: (at) => heartbeats[at],
  };
}

/** Without what can't be of a histogram: buckets that don't exist, counts of nothing. */
export function histogramColumns(pairs: OperationStats['histogram']): HistogramColumns {
  const buckets = new Uint16Array(pairs.length);
  const counts = new Float64Array(pairs.length);
  let length = 0;
  for (const pair of pairs) {
    const bucket = pair[0];
    const count = pair[1];
    if (bucket >= histogramBuckets || count === 0) continue;
    buckets[length] = bucket;
    counts[length++] = count;
  }
  return { buckets: buckets.subarray(0, length), counts: counts.subarray(0, length) };
}
