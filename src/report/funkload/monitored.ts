/**
 * What FunkLoad's monitor wrote of a host, as people read it: running totals become rates, and what is free of a whole
 * becomes what is used of it. Figures that we don't know are shown as they are.
 */
import type { Figure } from '../../model/measured.ts';

export interface MonitoredSeries {
  readonly host: string;
  readonly name: string;
  readonly unit: '' | '%' | 'B' | 'B/s';
  readonly points: readonly Point[];
}

type Point = readonly [epochMs: number, value: number];

/** Of a host's figures by name, each over all cycles and in the order of time. */
type Figures = ReadonlyMap<string, readonly Point[]>;

interface Reading {
  readonly name: string;
  readonly unit: MonitoredSeries['unit'];
  /** What it is made of, and so isn't shown by itself. */
  readonly of: readonly string[];
  readonly points: (figures: Figures) => readonly Point[];
}

const readings: readonly Reading[] = [
  { name: 'load average', unit: '', of: ['loadAvg1min'], points: (figures) => figures.get('loadAvg1min') ?? [] },
  {
    name: 'CPU',
    unit: '%',
    of: ['CPUTotalJiffies', 'IDLTotalJiffies'],
    points: (figures) =>
      steps(figures.get('CPUTotalJiffies') ?? []).flatMap(([at, all], index) => {
        const [, idle] = steps(figures.get('IDLTotalJiffies') ?? [])[index] ?? [at, NaN];
        return all > 0 && idle <= all ? [[at, 100 * (1 - idle / all)] as const] : [];
      }),
  },
  {
    name: 'memory used',
    unit: 'B',
    of: ['memTotal', 'memFree', 'buffers', 'cached'],
    points: (figures) => used(figures, 'memTotal', ['memFree', 'buffers', 'cached']),
  },
  {
    name: 'swap used',
    unit: 'B',
    of: ['swapTotal', 'swapFree'],
    points: (figures) => used(figures, 'swapTotal', ['swapFree']),
  },
  {
    name: 'received',
    unit: 'B/s',
    of: ['receiveBytes'],
    points: (figures) => rates(figures.get('receiveBytes') ?? []),
  },
  { name: 'sent', unit: 'B/s', of: ['transmitBytes'], points: (figures) => rates(figures.get('transmitBytes') ?? []) },
];

export function monitoredOf(figures: readonly Figure[]): readonly MonitoredSeries[] {
  const hosts = [...new Set(figures.map(({ host }) => host))];
  return hosts.flatMap((host) =>
    seriesOf(
      host,
      figures.filter((figure) => figure.host === host),
    ),
  );
}

function seriesOf(host: string, figures: readonly Figure[]): readonly MonitoredSeries[] {
  const own = byName(figures);
  const known = readings.flatMap(({ name, unit, points }) => {
    const series = points(own);
    return series.length === 0 ? [] : [{ host, name, unit, points: series }];
  });
  const isRead = new Set(readings.flatMap(({ of, name }) => (known.some((each) => each.name === name) ? of : [])));
  const others = [...own].flatMap(([name, points]) =>
    isRead.has(name) ? [] : [{ host, name, unit: '' as const, points }],
  );
  return known.concat(others);
}

function byName(figures: readonly Figure[]): Figures {
  const named = new Map<string, readonly Point[]>();
  for (const { name, points } of figures) named.set(name, [...(named.get(name) ?? []), ...points]);
  return new Map([...named].map(([name, points]) => [name, points.toSorted(([a], [b]) => a - b)]));
}

/** How much a running total grew since the point before; a host that was started again begins anew. */
function steps(points: readonly Point[]): readonly Point[] {
  return points.slice(1).map(([at, total], index) => [at, total - (points[index]?.[1] ?? NaN)] as const);
}

function rates(points: readonly Point[]): readonly Point[] {
  return steps(points).flatMap(([at, grown], index) => {
    const seconds = (at - (points[index]?.[0] ?? NaN)) / 1000;
    return grown >= 0 && seconds > 0 ? [[at, grown / seconds] as const] : [];
  });
}

/** /proc counts KiB. What a host's kernel doesn't tell is not taken off. */
function used(figures: Figures, whole: string, free: readonly string[]): readonly Point[] {
  return (figures.get(whole) ?? []).map(([at, total], index) => {
    const left = free.reduce((sum, name) => sum + (figures.get(name)?.[index]?.[1] ?? 0), 0);
    return [at, 1024 * (total - left)] as const;
  });
}
