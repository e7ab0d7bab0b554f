/**
 * Latencies as metrics: histograms with bounds at powers of two, which are bounds of ours too, so that no sample is guessed
 * into a bucket; and the percentiles of run.json, which are finer, where there are samples enough for them.
 */
import { bucketOf, valueOf } from '../../model/histogram.ts';
import type { Latencies, MergedOperation, Run } from '../../model/run.ts';
import type { Family, Sample } from './metric-family.ts';

/** From 1 us to 69 s, as powers of two in ns. */
const bounds = Array.from({ length: 27 }, (_, at) => 2 ** (10 + at));

const percentiles = [
  ['50', 'p50Us'],
  ['95', 'p95Us'],
  ['99', 'p99Us'],
  ['99.9', 'p999Us'],
  ['99.99', 'p9999Us'],
  ['100', 'maxUs'],
] as const;

export function latencyFamilies({ operations, hosts }: Run): readonly Family[] {
  const all = operations.flatMap(latenciesOf);
  return [
    {
      name: 'funbric_operation_latency_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'Latency of operations of all hosts; of paced ones response time, from when each was due, and service time.',
      samples: all.flatMap(({ labels, latencies }) => histogramSamples(labels, latencies.histogram)),
    },
    {
      name: 'funbric_operation_latency_percentile_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Percentiles of the latency of operations of all hosts, from their merged histograms; never averaged.',
      samples: all.flatMap(({ labels, latencies }) =>
        percentiles.flatMap(([percentile, field]) => sampleOf({ ...labels, percentile }, latencies[field])),
      ),
    },
    {
      name: 'funbric_host_operation_latency_percentile_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'The 99th percentile of the latency of operations of each host.',
      samples: hosts.flatMap(({ name: host, byOperation = [] }) =>
        byOperation.flatMap(({ name, p99Us }) => sampleOf({ host, operation: name, percentile: '99' }, p99Us)),
      ),
    },
  ];
}

function latenciesOf(
  operation: MergedOperation,
): readonly { readonly labels: Sample['labels']; readonly latencies: Latencies }[] {
  const { name, service, latencyOf, otherLatencies = [] } = operation;
  const main = latencyOf ?? (service === undefined ? 'total' : 'response');
  return [
    { labels: { operation: name, of: main }, latencies: operation },
    ...(service === undefined ? [] : [{ labels: { operation: name, of: 'service' }, latencies: service }]),
    ...otherLatencies.map((other) => ({ labels: { operation: name, of: other.of }, latencies: other })),
  ];
}

function sampleOf(labels: Sample['labels'], us: number | null): readonly Sample[] {
  return us === null ? [] : [{ labels, value: us / 1e6 }];
}

/** Cumulative, as the format wants it. */
function histogramSamples(labels: Sample['labels'], histogram: Latencies['histogram']): readonly Sample[] {
  if (histogram.length === 0) return [];
  const below = (limit: number): number =>
    histogram.reduce((sum, [bucket, count]) => (bucket < limit ? sum + count : sum), 0);
  const count = below(Infinity);
  const sumNs = histogram.reduce((sum, [bucket, count]) => sum + count * valueOf(bucket), 0);
  return [
    ...bounds.map((boundNs) => ({
      suffix: '_bucket',
      labels: { ...labels, le: String(boundNs / 1e9) },
      value: below(bucketOf(boundNs)),
    })),
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_count', labels, value: count },
    { suffix: '_sum', labels, value: sumNs / 1e9 },
  ];
}
