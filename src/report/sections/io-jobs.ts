/** What jobs of fio did, as fio tells it: I/Os, rate and bandwidth by direction, and what each part of a latency takes. */
import type { HostOperation, Latencies, MergedOperation, Run } from '../../model/run.ts';
import { formatBytes, formatCount, formatNumber, formatUs } from '../format.ts';
import type { Column, Row, Section, TableBlock } from '../section.ts';

export const ioJobsSection: Section = {
  id: 'io-jobs',
  title: 'I/O jobs',
  blocks(run) {
    const operations = run.operations.filter(isIo);
    if (operations.length === 0) return [];
    return [jobTable(operations), latencyTable(operations), hostTable(run)];
  },
};

interface Named {
  readonly kind?: MergedOperation['kind'];
  readonly name: string;
  readonly called?: string | undefined;
  readonly labels?: MergedOperation['labels'];
}

function isIo({ kind }: Named): boolean {
  return kind === 'io';
}

const nameColumns: readonly Column[] = ['Job', 'Group', 'Direction'].map((title) => ({ title, align: 'left' }));

function nameCells({ name, called = name, labels = [] }: Named): readonly string[] {
  const label = (wanted: string): string => labels.find((one) => one.name === wanted)?.value ?? '-';
  return [label('job'), label('group'), called];
}

function jobTable(operations: readonly MergedOperation[]): TableBlock {
  return {
    kind: 'table',
    caption: 'Jobs, all hosts together: what each did, and how much of it a second while it ran',
    columns: [...nameColumns, ...rightColumns('I/Os', 'IOPS', 'Bandwidth', 'Data', 'I/O size')],
    rows: operations.map((operation) => ({
      cells: [
        ...nameCells(operation),
        formatCount(operation.count),
        formatNumber(operation.perSecond),
        bandwidthOf(operation),
        dataOf(operation),
        operation.bytes === 0 ? '-' : formatBytes(operation.bytes / Math.max(1, operation.count)),
      ],
      tone: 'plain',
    })),
  };
}

const parts: Readonly<Record<NonNullable<MergedOperation['latencyOf']>, string>> = {
  submission: 'slat: to its submission',
  completion: 'clat: from there to its completion',
  total: 'lat: all of it',
};

/** In the order in which they come about. */
const order = ['submission', 'completion', 'total'] as const;

function latencyTable(operations: readonly MergedOperation[]): TableBlock {
  const unmerged = operations.find(({ notMergeable }) => notMergeable !== undefined)?.notMergeable;
  const rows = operations.flatMap((operation): readonly Row[] => {
    const { latencyOf = 'total', otherLatencies = [], notMergeable } = operation;
    const known = new Map<string, Latencies>([
      [latencyOf, operation],
      ...otherLatencies.map((one) => [one.of, one] as const),
    ]);
    return order.flatMap((of): readonly Row[] => {
      const latencies = known.get(of);
      if (latencies === undefined) return [];
      return [
        {
          cells: [...nameCells(operation), parts[of], ...figuresOf(latencies, notMergeable !== undefined)],
          tone: 'plain',
        },
      ];
    });
  });
  return {
    kind: 'table',
    caption: `Latencies of jobs, all hosts merged${unmerged === undefined ? " from fio's own bins" : `; not mergeable: ${unmerged}`}`,
    columns: [
      ...nameColumns,
      { title: 'Latency', align: 'left' },
      ...rightColumns('min', 'mean', 'p50', 'p95', 'p99', 'p99.9', 'p99.99', 'max'),
    ],
    rows,
  };
}

function figuresOf(latencies: Latencies, isUnmerged: boolean): readonly string[] {
  const { minUs, meanUs, p50Us, p95Us, p99Us, p999Us, p9999Us, maxUs } = latencies;
  const percentiles = [p50Us, p95Us, p99Us, p999Us, p9999Us];
  const shown = percentiles.map((us) => (isUnmerged && us === null ? 'not mergeable' : formatUs(us)));
  return [formatUs(minUs), formatUs(meanUs), ...shown, formatUs(maxUs)];
}

function hostTable({ hosts }: Run): TableBlock {
  return {
    kind: 'table',
    caption: 'The same by host, from its own result alone',
    isFolded: hosts.length > 4,
    columns: [
      ...nameColumns,
      { title: 'Host', align: 'left' },
      ...rightColumns('I/Os', 'IOPS', 'Bandwidth', 'Data', 'p50', 'p99'),
    ],
    rows: hosts.flatMap(({ name, byOperation = [] }) =>
      byOperation.filter(isIo).map((operation): Row => ({
        cells: [
          ...nameCells(operation),
          name,
          formatCount(operation.count),
          formatNumber(operation.perSecond),
          bandwidthOf(operation),
          dataOf(operation),
          formatUs(operation.p50Us ?? null),
          formatUs(operation.p99Us),
        ],
        tone: 'plain',
      })),
    ),
  };
}

type Amount = Pick<HostOperation, 'count' | 'perSecond' | 'bytes'>;

/** Trims and syncs have bytes that nobody moved. */
function bandwidthOf({ count, perSecond, bytes = 0 }: Amount): string {
  return bytes === 0 || count === 0 ? '-' : `${formatBytes((bytes / count) * perSecond)}/s`;
}

function dataOf({ bytes = 0 }: Amount): string {
  return bytes === 0 ? '-' : formatBytes(bytes);
}

function rightColumns(...titles: readonly string[]): readonly Column[] {
  return titles.map((title) => ({ title, align: 'right' }));
}
