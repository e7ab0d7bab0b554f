/** A figure from cycle to cycle, each with its users: a line through them, and what it spreads over as a whisker. */
import { formatShort } from '../format.ts';
import type { TrendBlock } from '../section.ts';
import { labelTo, path, round, type Drawing, type Shape } from './drawing.ts';
import { ticksUpTo } from './ticks.ts';

const width = 344;
const height = 170;
const plot = { left: 52, right: width - 18, top: 14, bottom: height - 34 };

export function drawTrend({ points }: TrendBlock['items'][number], axis: string): Drawing {
  const known = points.flatMap((point) => (point.y === null ? [] : [Math.max(point.y, point.high ?? 0)]));
  const ticks = ticksUpTo(
    known.reduce((most, y) => Math.max(most, y), 0),
    4,
  );
  const scale = ticks.at(-1) ?? 1;
  const toY = (y: number): number => plot.bottom - (y / scale) * (plot.bottom - plot.top);
  const toX = (at: number): number =>
    points.length === 1
      ? (plot.left + plot.right) / 2
      : plot.left + 14 + (at * (plot.right - plot.left - 28)) / (points.length - 1);
  return {
    width,
    height,
    shapes: [
      path('grid', ticks.map((tick) => `M${plot.left} ${round(toY(tick))}H${plot.right}`).join('')),
      ...ticks.map((tick) => labelTo('end', 'quiet', { x: plot.left - 6, y: toY(tick) + 4, text: formatShort(tick) })),
      ...users(points, toX),
      labelTo('middle', 'quiet', { x: (plot.left + plot.right) / 2, y: height - 2, text: axis }),
      ...points.flatMap((point, at) => whisker(point, { x: toX(at), toY })),
      ...curve(points, { toX, toY }),
    ],
  };
}

type Point = TrendBlock['items'][number]['points'][number];

/** As many names as there is room for. */
function users(points: readonly Point[], toX: (at: number) => number): readonly Shape[] {
  const each = Math.max(1, Math.ceil(points.length / 10));
  return points.flatMap(({ x }, at) =>
    at % each === 0 ? [labelTo('middle', 'quiet', { x: toX(at), y: plot.bottom + 16, text: x })] : [],
  );
}

function whisker(
  { low, high }: Point,
  { x, toY }: { readonly x: number; readonly toY: (y: number) => number },
): readonly Shape[] {
  if (low === undefined || high === undefined) return [];
  const [top, bottom] = [round(toY(high)), round(toY(low))];
  return [path('whisker', `M${round(x)} ${top}V${bottom}M${round(x - 4)} ${top}h8M${round(x - 4)} ${bottom}h8`)];
}

/** Broken where a cycle has no such figure. */
function curve(
  points: readonly Point[],
  { toX, toY }: { readonly toX: (at: number) => number; readonly toY: (y: number) => number },
): readonly Shape[] {
  let isOpen = false;
  const line = points.map(({ y }, at) => {
    const command = isOpen ? 'L' : 'M';
    isOpen = y !== null;
    return y === null ? '' : `${command}${round(toX(at))} ${round(toY(y))}`;
  });
  const dots = points.flatMap(({ y, tip }, at) =>
    y === null ? [] : [path('curve', `M${round(toX(at) - 3)} ${round(toY(y))}a3 3 0 1 0 6 0a3 3 0 1 0-6 0`, tip)],
  );
  return [path('curve', line.join('')), ...dots];
}
