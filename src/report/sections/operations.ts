/** What the workload did and how long it took, over all hosts; of other tools a table a kind, as kinds overlap. */
import type { MergedOperation, Run } from '../../model/run.ts';
import { groupBy } from '../fold.ts';
import { formatBytes, formatCount, formatNumber, formatUs } from '../format.ts';
import type { Section, TableBlock } from '../section.ts';

export const operationsSection: Section = {
  id: 'operations',
  title: 'Operations',
  blocks(run) {
    const ours = run.operations.filter(({ kind }) => kind === undefined);
    const others = run.operations.filter(({ kind }) => kind !== undefined);
    return [...ownTables(ours), ...toolTables(others), ...hostPercentiles(run), ...apdexTable(run.operations)];
  },
};

function ownTables(operations: readonly MergedOperation[]): readonly TableBlock[] {
  if (operations.length === 0) return [];
  const isPaced = operations.some(({ service }) => service !== undefined);
  if (!isPaced) return [latencyTable(operations, 'Latency by kind of operation')];
  const served = operations.map(({ service, ...operation }) => ({ ...operation, ...service }));
  return [
    latencyTable(operations, 'Response time (from when an operation was due) by kind of operation'),
    latencyTable(served, 'Service time (from when it began) by kind of operation'),
  ];
}

function toolTables(operations: readonly MergedOperation[]): readonly TableBlock[] {
  return groupBy(operations, ({ kind = 'operation', latencyOf = 'total' }) => `${kind} ${latencyOf}`).map((group) => {
    const { kind = 'operation', latencyOf = 'total' } = group[0] ?? {};
    const what =
      latencyOf === 'total'
        ? ''
        : `, from its ${latencyOf === 'completion' ? 'submission to its completion' : 'start to its submission'}`;
    return latencyTable(group, `Latency by ${nouns[kind]}${what}`);
  });
}

const nouns: Readonly<Record<NonNullable<MergedOperation['kind']>, string>> = {
  test: 'test (all that one user does)',
  page: 'page (a request with what it drew after it)',
  request: 'request',
  part: 'part of a request',
  io: 'direction of I/O',
  operation: 'operation',
};

function latencyTable(operations: readonly MergedOperation[], what: string): TableBlock {
  const titles = ['Count', 'per second', 'Errors', 'Data', 'p50', 'p95', 'p99', 'p99.9', 'p99.99', 'max'];
  const notMerged = operations.find(({ notMergeable }) => notMergeable !== undefined)?.notMergeable;
  const why = notMerged === undefined ? '' : `; not mergeable: ${notMerged}`;
  return {
    kind: 'table',
    caption: `${what}, all hosts merged; "-" where there are too few samples to tell${why}`,
    columns: [{ title: 'Operation', align: 'left' }, ...titles.map((title) => ({ title, align: 'right' }) as const)],
    rows: operations.map((operation) => ({
      cells: [
        operation.name,
        formatCount(operation.count),
        formatNumber(operation.perSecond),
        formatCount(operation.errors),
        operation.bytes === 0 ? '-' : formatBytes(operation.bytes),
        formatUs(operation.p50Us),
        formatUs(operation.p95Us),
        formatUs(operation.p99Us),
        formatUs(operation.p999Us),
        formatUs(operation.p9999Us),
        formatUs(operation.maxUs),
      ],
      tone: operation.errors > 0 ? 'warn' : 'plain',
    })),
  };
}

const shown = [50, 90, 95, 99, 99.9, 99.99] as const;

/** What can't be merged is shown host by host, as each tool says it. */
function hostPercentiles({ hosts, operations }: Run): readonly TableBlock[] {
  const unmerged = new Set(operations.flatMap(({ name, notMergeable }) => (notMergeable === undefined ? [] : [name])));
  const rows = hosts.flatMap(({ name: host, byOperation = [] }) =>
    byOperation
      .filter(({ name }) => unmerged.has(name))
      .map(({ name, count, perSecond, percentiles = [] }) => ({
        cells: [
          name,
          host,
          formatCount(count),
          formatNumber(perSecond),
          ...shown.map((percent) => formatUs(percentiles.find(([known]) => known === percent)?.[1] ?? null)),
        ],
        tone: 'plain' as const,
      })),
  );
  if (rows.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'Percentiles of each host, as its tool says them: averages of them would be wrong, so none are made',
      columns: [
        { title: 'Operation', align: 'left' },
        { title: 'Host', align: 'left' },
        { title: 'Count', align: 'right' },
        { title: 'per second', align: 'right' },
        ...shown.map((percent) => ({ title: `p${percent}`, align: 'right' }) as const),
      ],
      rows: rows.toSorted((a, b) => ((a.cells[0] ?? '') < (b.cells[0] ?? '') ? -1 : a.cells[0] === b.cells[0] ? 0 : 1)),
    },
  ];
}

/** None where nobody said which time satisfies. */
function apdexTable(operations: readonly MergedOperation[]): readonly TableBlock[] {
  const told = operations.flatMap(({ name, apdex, errors }) => (apdex === undefined ? [] : [{ name, apdex, errors }]));
  if (told.length === 0) return [];
  const titles = ['T', 'Apdex', 'Within T', 'Within 4 T', 'Errors', 'Samples'];
  return [
    {
      kind: 'table',
      caption: 'Apdex by kind of operation; errors frustrate; "-" below 100 samples',
      columns: [{ title: 'Operation', align: 'left' }, ...titles.map((title) => ({ title, align: 'right' }) as const)],
      rows: told.map(({ name, apdex, errors }) => ({
        cells: [
          name,
          formatUs(apdex.targetUs),
          apdex.score === null ? '-' : apdex.score.toFixed(3),
          formatCount(apdex.satisfied),
          formatCount(apdex.tolerated),
          formatCount(errors),
          formatCount(apdex.samples),
        ],
        tone: 'plain',
      })),
    },
  ];
}
