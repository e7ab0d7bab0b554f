/** What was done, how often, how fast, and what failed. */
import { lowestOf } from '../../../model/histogram.ts';
import { foldNodeSet } from '../../../model/nodeset.ts';
import type { HostOperation, Latencies, MergedOperation, Run } from '../../../model/run.ts';
import { columnsOf, table, type Columns, type Table } from './table.ts';

type Figures = Omit<Latencies, 'histogram'>;

const latencies: Columns<Figures> = {
  minUs: ({ minUs }) => minUs,
  meanUs: ({ meanUs }) => meanUs,
  p50Us: ({ p50Us }) => p50Us,
  p95Us: ({ p95Us }) => p95Us,
  p99Us: ({ p99Us }) => p99Us,
  p999Us: ({ p999Us }) => p999Us,
  p9999Us: ({ p9999Us }) => p9999Us,
  maxUs: ({ maxUs }) => maxUs,
};

/** What only operations of other tools' results have. */
const ofTool: Columns<Pick<HostOperation, 'called' | 'kind' | 'cycle' | 'labels' | 'notMergeable'>> = {
  called: ({ called }) => called,
  kind: ({ kind }) => kind,
  cycle: ({ cycle }) => cycle?.index,
  users: ({ cycle }) => cycle?.users,
  labels: ({ labels }) => labels?.map(({ name, value }) => `${name}=${value}`).join(' '),
  notMergeable: ({ notMergeable }) => notMergeable,
};

const apdex: Columns<MergedOperation> = {
  apdex: ({ apdex }) => apdex?.score,
  apdexTargetUs: ({ apdex }) => apdex?.targetUs,
};

const operation: Columns<MergedOperation> = {
  name: ({ name }) => name,
  count: ({ count }) => count,
  errors: ({ errors }) => errors,
  bytes: ({ bytes }) => bytes,
  perSecond: ({ perSecond }) => perSecond,
};

export const operationTables: readonly Table[] = [
  table({
    name: 'operations',
    of: ['operations', 'operations[].labels', 'hosts[].byOperation[].labels'],
    rows: ({ operations }) => operations,
    columns: { ...operation, ...latencies, ...apdex, ...ofTool },
  }),
  table({
    name: 'operation-errors',
    of: [],
    rows: ({ operations }) =>
      operations.flatMap(({ name, errorsByName }) =>
        Object.entries(errorsByName).map(([error, count]) => ({ name, error, count })),
      ),
    columns: { operation: ({ name }) => name, error: ({ error }) => error, count: ({ count }) => count },
  }),
  table({
    name: 'latencies',
    of: ['operations[].otherLatencies'],
    rows: latenciesOf,
    columns: {
      operation: ({ operation }) => operation,
      of: ({ of }) => of,
      ...columnsOf(latencies, (timed: Timed) => timed.latencies),
    },
  }),
  table({
    name: 'histograms',
    of: ['operations[].histogram', 'operations[].service.histogram', 'operations[].otherLatencies[].histogram'],
    rows: (run) =>
      latenciesOf(run).flatMap(({ operation, of, latencies: { histogram } }) =>
        histogram.map(([bucket, count]) => ({ operation, of, bucket, count })),
      ),
    columns: {
      operation: ({ operation }) => operation,
      of: ({ of }) => of,
      fromNs: ({ bucket }) => lowestOf(bucket),
      toNs: ({ bucket }) => lowestOf(bucket + 1) - 1,
      count: ({ count }) => count,
    },
  }),
  table({
    name: 'host-operations',
    of: ['hosts[].byOperation'],
    rows: byHost,
    columns: {
      host: ({ host }) => host,
      name: ({ name }) => name,
      count: ({ count }) => count,
      errors: ({ errors }) => errors,
      bytes: ({ bytes }) => bytes,
      perSecond: ({ perSecond }) => perSecond,
      p50Us: ({ p50Us }) => p50Us,
      p99Us: ({ p99Us }) => p99Us,
      ...ofTool,
    },
  }),
  table({
    name: 'host-percentiles',
    of: ['hosts[].byOperation[].percentiles'],
    rows: (run) =>
      byHost(run).flatMap(({ host, name, percentiles = [] }) =>
        percentiles.map(([percent, value]) => ({ host, name, percent, value })),
      ),
    columns: {
      host: ({ host }) => host,
      operation: ({ name }) => name,
      percent: ({ percent }) => percent,
      ns: ({ value }) => value,
    },
  }),
  table({
    name: 'errors',
    of: ['errors', 'errors[].hosts'],
    rows: ({ errors = [] }) => errors,
    columns: {
      operation: ({ operation }) => operation,
      error: ({ error }) => error,
      count: ({ count }) => count,
      hosts: ({ hosts }) => foldNodeSet(hosts),
      firstMs: ({ firstMs }) => firstMs,
      lastMs: ({ lastMs }) => lastMs,
    },
  }),
  table({
    name: 'error-examples',
    of: ['errors[].examples'],
    rows: ({ errors = [] }) =>
      errors.flatMap(({ operation, error, examples }) => examples.map((one) => ({ operation, error, ...one }))),
    columns: {
      operation: ({ operation }) => operation,
      error: ({ error }) => error,
      host: ({ host }) => host,
      file: ({ file }) => file,
      atMs: ({ atMs }) => atMs,
    },
  }),
];

function byHost({ hosts }: Run): readonly (HostOperation & { readonly host: string })[] {
  return hosts.flatMap(({ name: host, byOperation = [] }) => byOperation.map((one) => ({ ...one, host })));
}

interface Timed {
  readonly operation: string;
  readonly of: string;
  readonly latencies: Latencies;
}

/** All that an operation has: where it was paced response and service times, of fio's those of submission and completion. */
function latenciesOf({ operations }: Run): readonly Timed[] {
  return operations.flatMap((one): readonly Timed[] => {
    const { name: operation, service, otherLatencies = [], latencyOf } = one;
    const main = latencyOf ?? (service === undefined ? 'total' : 'response');
    return [
      { operation, of: main, latencies: one },
      ...(service === undefined ? [] : [{ operation, of: 'service', latencies: service }]),
      ...otherLatencies.map((other) => ({ operation, of: other.of, latencies: other })),
    ];
  });
}
