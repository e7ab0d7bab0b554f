/** What was monitored of hosts during a bench: load, CPU, memory, network, and whatever else was. */
import type { BenchSeries } from '../../model/bench.ts';
import { groupBy } from '../fold.ts';
import { formatBytes, formatNumber, plural } from '../format.ts';
import type { ChartBlock, Section } from '../section.ts';

/** A page of more charts is no page. */
const maxHosts = 50;
const maxPanels = 12;

export const monitoredSection: Section = {
  id: 'monitored',
  title: 'Monitored hosts',
  blocks({ bench }) {
    const hosts = groupBy(bench?.monitored ?? [], ({ host }) => host);
    return hosts.slice(0, maxHosts).map((series) => chartOf(series));
  },
};

function chartOf(series: readonly BenchSeries[]): ChartBlock {
  const shown = series.slice(0, maxPanels);
  const left = series.length - shown.length;
  const mosts = shown.map(({ name, unit, points }) => `${name} up to ${valueText(mostOf(points), unit)}`);
  const more = left > 0 ? `; ${plural(left, 'more figure')} only in run.json` : '';
  return {
    kind: 'chart',
    title: `${series[0]?.host ?? ''}: ${mosts.join(', ')}${more}.`,
    panels: shown.map(({ name, unit, points }) => ({
      label: unit === '' ? name : `${name}, ${unit}`,
      unit,
      look: 'latency',
      series: { name, points: points.map(([atMs, value]) => [Math.max(0, atMs / 1000), value] as const) },
    })),
    bands: [],
    marks: [],
  };
}

function mostOf(points: BenchSeries['points']): number {
  return points.reduce((most, [, value]) => Math.max(most, value), 0);
}

function valueText(value: number, unit: BenchSeries['unit']): string {
  if (unit === 'B' || unit === 'B/s') return `${formatBytes(value)}${unit.slice(1)}`;
  return unit === '' ? formatNumber(value) : `${formatNumber(value)} ${unit}`;
}
