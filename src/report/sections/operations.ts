/** What the workload did and how long it took, over all hosts. */
import type { MergedOperation } from '../../model/run.ts';
import { formatBytes, formatCount, formatNumber, formatUs } from '../format.ts';
import type { Section, TableBlock } from '../section.ts';

export const operationsSection: Section = {
  id: 'operations',
  title: 'Operations',
  blocks(run) {
    if (run.operations.length === 0) return [];
    return [latencyTable(run.operations)];
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
