/** Counters that tools monitored, as a bounded number of stretches with their extremes: a stall of a second isn't averaged away. */
import type { Figure } from '../../../model/measured.ts';
import type { RunFigure } from '../../../model/receipt.ts';
import { round } from '../round.ts';

/** A figure; as many as a small chart can show. */
const maxStretches = 60;
/** Of one result. */
const maxFigures = 400;

/** Times in ms since 1970. */
export type HeldFigure = Omit<RunFigure, 'host'>;

export function heldFigures(figures: readonly Figure[]): readonly HeldFigure[] {
  return figures.slice(0, maxFigures).flatMap(({ host, name, cycle, points }) => {
    const size = Math.max(1, Math.ceil(points.length / maxStretches));
    const stretches: HeldFigure['stretches'] = [];
    for (let at = 0; at < points.length; at += size) stretches.push(stretchOf(points.slice(at, at + size)));
    return [{ of: host, name, ...(cycle === undefined ? {} : { cycle }), stretches }];
  });
}

function stretchOf(points: Figure['points']): HeldFigure['stretches'][number] {
  const least = (pick: 0 | 1): number => points.reduce((value, point) => Math.min(value, point[pick]), Infinity);
  const most = (pick: 0 | 1): number => points.reduce((value, point) => Math.max(value, point[pick]), -Infinity);
  return { startMs: least(0), endMs: most(0), min: least(1), max: most(1) };
}

/** On the run's time axis. */
export function figuresOf(host: string, figures: readonly HeldFigure[], zeroMs: number): readonly RunFigure[] {
  return figures.map(({ stretches, ...figure }) => ({
    host,
    ...figure,
    stretches: stretches.map(({ startMs, endMs, ...extremes }) => ({
      startMs: round(startMs - zeroMs),
      endMs: round(endMs - zeroMs),
      ...extremes,
    })),
  }));
}
