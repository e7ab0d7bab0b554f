/** A load test in cycles, as FunkLoad runs it: the right figures, and where FunkLoad's own report says otherwise. */
import { benchKinds, type BenchLatency } from '../../../model/bench.ts';
import { columnsOf, table, type Columns, type Table } from './table.ts';

const latencies: Columns<BenchLatency> = {
  count: ({ count }) => count,
  failed: ({ failed }) => failed,
  minUs: ({ minUs }) => minUs,
  meanUs: ({ meanUs }) => meanUs,
  p10Us: ({ p10Us }) => p10Us,
  p50Us: ({ p50Us }) => p50Us,
  p90Us: ({ p90Us }) => p90Us,
  p95Us: ({ p95Us }) => p95Us,
  p99Us: ({ p99Us }) => p99Us,
  maxUs: ({ maxUs }) => maxUs,
  apdex: ({ apdex }) => apdex,
};

export const benchTables: readonly Table[] = [
  table({
    name: 'bench',
    of: ['bench.configuration', 'bench.contents'],
    rows: ({ bench }) => [...(bench?.configuration ?? []), ...(bench?.contents ?? [])],
    columns: { label: ({ label }) => label, value: ({ value }) => value },
  }),
  table({
    name: 'bench-cycles',
    of: ['bench.cycles'],
    rows: ({ bench }) =>
      (bench?.cycles ?? []).flatMap((cycle) =>
        benchKinds.flatMap((kind) => {
          const figures = cycle[kind];
          return figures === undefined ? [] : [{ cycle, kind, figures }];
        }),
      ),
    columns: {
      cycle: ({ cycle }) => cycle.index,
      users: ({ cycle }) => cycle.users,
      seconds: ({ cycle }) => cycle.seconds,
      kind: ({ kind }) => kind,
      perSecond: ({ figures }) => figures.perSecond,
      perSecondMax: ({ figures }) => figures.perSecondMax,
      ...columnsOf(latencies, ({ figures }: { readonly figures: BenchLatency }) => figures),
    },
  }),
  table({
    name: 'bench-requests',
    of: ['bench.requests', 'bench.requests[].cycles'],
    rows: ({ bench }) => (bench?.requests ?? []).flatMap((request) => request.cycles.map((of) => ({ request, of }))),
    columns: {
      page: ({ request }) => request.page,
      number: ({ request }) => request.number,
      type: ({ request }) => request.type,
      url: ({ request }) => request.url,
      description: ({ request }) => request.description,
      cycle: ({ of }) => of.index,
      ...columnsOf(latencies, ({ of }: { readonly of: BenchLatency }) => of),
    },
  }),
  table({
    name: 'bench-differences',
    of: ['bench.differences'],
    rows: ({ bench }) => bench?.differences ?? [],
    columns: {
      cycle: ({ cycle }) => cycle,
      kind: ({ kind }) => kind,
      figure: ({ figure }) => figure,
      right: ({ right }) => right,
      funkload: ({ funkload }) => funkload,
      reason: ({ reason }) => reason,
    },
  }),
  table({
    name: 'bench-timeline',
    of: ['bench.timeline'],
    rows: ({ bench }) => bench?.timeline ?? [],
    columns: {
      startMs: ({ startMs }) => startMs,
      requestsPerSecond: ({ requestsPerSecond }) => requestsPerSecond,
      failedPerSecond: ({ failedPerSecond }) => failedPerSecond,
      users: ({ users }) => users,
    },
  }),
  table({
    name: 'bench-monitored',
    of: ['bench.monitored', 'bench.monitored[].points'],
    rows: ({ bench }) =>
      (bench?.monitored ?? []).flatMap(({ points, ...series }) =>
        points.map(([startMs, value]) => ({ ...series, startMs, value })),
      ),
    columns: {
      host: ({ host }) => host,
      name: ({ name }) => name,
      unit: ({ unit }) => unit,
      startMs: ({ startMs }) => startMs,
      value: ({ value }) => value,
    },
  }),
];
