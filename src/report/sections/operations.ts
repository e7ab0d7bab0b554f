/** What the workload did and how long it took, over all hosts; and what failed, by the name of its errno. */
import type { MergedOperation } from '../../model/run.ts';
import { formatBytes, formatCount, formatNumber, formatPercent, formatUs } from '../format.ts';
import type { Block, Section, TableBlock } from '../section.ts';

export const operationsSection: Section = {
  id: 'operations',
  title: 'Operations',
  blocks(run) {
    if (run.operations.length === 0) return [];
    const failing = run.operations.filter((operation) => operation.errors > 0);
    const errors: readonly Block[] = failing.length === 0 ? [] : [errorTable(failing)];
    return [latencyTable(run.operations), ...errors];
  },
};

function latencyTable(operations: readonly MergedOperation[]): TableBlock {
  const titles = ['Count', 'per second', 'Errors', 'Data', 'p50', 'p95', 'p99', 'p99.9', 'p99.99', 'max'];
  return {
    kind: 'table',
    caption: 'Latency by kind of operation, all hosts merged; "-" where there are too few samples to tell',
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

function errorTable(operations: readonly MergedOperation[]): TableBlock {
  const rows = operations.flatMap(({ name, count, errorsByName }) =>
    Object.entries(errorsByName).map(([errno, errors]) => ({ name, errno, errors, count })),
  );
  return {
    kind: 'table',
    caption: 'Operations that failed, most frequent first',
    columns: [
      { title: 'Operation', align: 'left' },
      { title: 'Error', align: 'left', isMono: true },
      { title: 'Count', align: 'right' },
      { title: 'Of its kind', align: 'right' },
    ],
    rows: rows
      .toSorted((a, b) => b.errors - a.errors)
      .map(({ name, errno, errors, count }) => ({
        cells: [name, errno, formatCount(errors), formatPercent(errors, count)],
        tone: 'plain',
      })),
  };
}
