/** Latency at every percentile, from the merged histograms: where the tail begins and how long it is. */
import {
  countOf,
  fromSparse,
  isPercentileSupported,
  sparsePercentile,
  toSparse,
  type SparseHistogram,
} from '../../model/histogram.ts';
import type { MergedOperation, Run } from '../../model/run.ts';
import { ninesOf } from '../charts/spectrum.ts';
import { formatNumber, formatUs } from '../format.ts';
import type { Section, SpectrumBlock, TableBlock } from '../section.ts';

export const spectrumSection: Section = {
  id: 'latency',
  title: 'Latency spectrum',
  blocks(run) {
    const curves = run.operations.flatMap((operation) => curveOf(operation)).slice(0, maxCurves);
    if (curves.length === 0) return [];
    const all = curves.flatMap(({ points }) => points.map(([, us]) => us));
    return [
      {
        kind: 'spectrum',
        title: conclusionOf(run),
        scale: {
          lowUs: all.reduce((least, us) => Math.min(least, us), Infinity),
          highUs: all.reduce((most, us) => Math.max(most, us), 0),
          nines: curves.reduce((most, { points }) => Math.max(most, ninesOf(points.at(-1)?.[0] ?? 0)), 1),
        },
        curves,
        twin: twinOf(run.operations),
      },
    ];
  },
};

/** There are not so many kinds of operations, unless a host made them up. */
const maxCurves = 24;

/** So many places along a curve are as fine as its drawing. */
const places = 64;

/** So many samples must lie beyond a percentile, as with the ones that tables show: 368 at p99. */
const samplesBeyond = 3.69;

/** A curve of three samples says nothing. */
const minSamples = 10;

function curveOf(operation: MergedOperation): SpectrumBlock['curves'] {
  const { pairs, samples } = inOrder(operation);
  if (samples < minSamples) return [];
  const nines = Math.log10(samples / samplesBeyond);
  const points = Array.from({ length: places + 1 }, (_, at) => {
    const percent = 100 * (1 - 10 ** ((-nines * at) / places));
    return [percent, usOf(pairs, percent)] as const;
  });
  return [
    {
      name: operation.name,
      title: `Latency of ${operation.name}: median ${formatUs(operation.p50Us)}, p99 ${formatUs(operation.p99Us)}, longest ${formatUs(operation.maxUs)}`,
      points,
    },
  ];
}

/** Whoever wrote run.json need not have sorted its buckets. */
function inOrder({ histogram }: MergedOperation): {
  readonly pairs: Readonly<SparseHistogram>;
  readonly samples: number;
} {
  const all = fromSparse(histogram);
  return { pairs: toSparse(all), samples: countOf(all) };
}

function usOf(pairs: Readonly<SparseHistogram>, percent: number): number {
  return (sparsePercentile(pairs, percent) ?? 0) / 1000;
}

function conclusionOf({ operations }: Run): string {
  const stretched = operations.flatMap(({ name, p50Us, p99Us }) =>
    p50Us === null || p99Us === null || p50Us === 0 ? [] : [{ name, p50Us, p99Us, times: p99Us / p50Us }],
  );
  const longest = stretched.reduce<(typeof stretched)[number] | undefined>(
    (most, one) => (most === undefined || one.p99Us > most.p99Us ? one : most),
    undefined,
  );
  return longest === undefined
    ? 'Too few samples of every kind of operation to speak of a tail.'
    : `The longest tail is that of ${longest.name}: its p99 of ${formatUs(longest.p99Us)} is ${formatNumber(longest.times)} times its median.`;
}

const columns = [50, 75, 90, 95, 99, 99.9, 99.99] as const;

function twinOf(operations: readonly MergedOperation[]): TableBlock {
  return {
    kind: 'table',
    caption: 'The same numbers, percentile by percentile',
    columns: [
      { title: 'Operation', align: 'left' },
      ...columns.map((percent) => ({ title: `p${percent}`, align: 'right' }) as const),
      { title: 'max', align: 'right' },
    ],
    rows: operations.map((operation) => {
      const { name, maxUs } = operation;
      const { pairs, samples } = inOrder(operation);
      const cells = columns.map((percent) =>
        formatUs(samples > 0 && isPercentileSupported(percent, samples) ? usOf(pairs, percent) : null),
      );
      return { cells: [name, ...cells, formatUs(maxUs)], tone: 'plain' };
    }),
  };
}
