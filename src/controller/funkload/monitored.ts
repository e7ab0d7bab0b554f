/** Monitored figures on the time of the bench, each as few points as a chart has, with the extremes of what they stand for. */
import type { BenchSeries } from '../../model/bench.ts';
import type { Measured } from '../../model/measured.ts';
import { monitoredOf } from '../../report/funkload/monitored.ts';

/** Two points each: the least and the most. */
const maxStretches = 120;
/** A hundred hosts, with what is monitored of each. */
const maxSeries = 1000;

/** `zeroMs`: missing where nothing but a monitor has times; then theirs begin at their first. */
export function monitoredSince(results: readonly Measured[], zeroMs: number | undefined): readonly BenchSeries[] {
  const series = monitoredOf(results.flatMap(({ figures }) => figures)).slice(0, maxSeries);
  const zero = zeroMs ?? series.reduce((least, { points }) => Math.min(least, points[0]?.[0] ?? Infinity), Infinity);
  return series.map(({ host, name, unit, points }) => ({
    host,
    name,
    unit,
    points: thinned(points.map(([at, value]) => [at - zero, value])),
  }));
}

function thinned(points: readonly [number, number][]): [number, number][] {
  if (points.length <= 2 * maxStretches) return [...points];
  const width = Math.ceil(points.length / maxStretches);
  return Array.from({ length: Math.ceil(points.length / width) }, (_, stretch) => {
    const own = points.slice(stretch * width, (stretch + 1) * width).toSorted(([, a], [, b]) => a - b);
    return [own.at(0), own.at(-1)]
      .flatMap((point) => (point === undefined ? [] : [point]))
      .toSorted(([a], [b]) => a - b);
  }).flat();
}
