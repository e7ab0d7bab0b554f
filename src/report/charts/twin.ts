/** The numbers of a chart as a table, for those who can't see it or want to copy them. */
import { formatNumber } from '../format.ts';
import type { ChartBlock, TableBlock } from '../section.ts';
import { envelope } from './envelope.ts';

/** A longer series is given in columns, as the drawing does, with the least and the most of each. */
const maxSteps = 120;

export function twinOf({ panels }: ChartBlock): TableBlock {
  const columns = panels.map((panel) => envelope(panel.series.points, maxSteps));
  const times = columns[0] ?? [];
  return {
    kind: 'table',
    caption: 'The same numbers, step by step',
    columns: [
      { title: 'From, s', align: 'right' },
      ...panels.map(
        (panel) =>
          ({
            title: panel.unit === '' ? panel.series.name : `${panel.series.name}, ${panel.unit}`,
            align: 'right',
          }) as const,
      ),
    ],
    rows: times.map(({ x }, at) => ({
      cells: [formatNumber(x), ...columns.map((extents) => rangeOf(extents[at]))],
      tone: 'plain',
    })),
  };
}

function rangeOf(extent: { readonly low: number; readonly high: number } | undefined): string {
  if (extent === undefined) return '-';
  const { low, high } = extent;
  if (low > high) return '-';
  return low === high ? formatNumber(high) : `${formatNumber(low)} – ${formatNumber(high)}`;
}
