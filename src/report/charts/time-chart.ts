/** Panels over one time axis, with the phases as bands behind them and findings as marks across them. */
import { formatShort } from '../format.ts';
import type { Band, ChartBlock, Mark, Panel } from '../section.ts';
import { label, labelTo, path, rect, round, type Drawing, type Look, type Shape } from './drawing.ts';
import { stairs, stepOf } from './stairs.ts';
import { ticksUpTo } from './ticks.ts';

const width = 1080;
const plotLeft = 64;
const plotRight = width - 12;
const plotTop = 44;
const panelGap = 40;
const axisRoom = 30;

/** Two pixels each: finer ones only make the file longer. */
const columns = (plotRight - plotLeft) / 2;

const faces: Readonly<Record<Panel['look'], { readonly height: number; readonly ticks: number; readonly look: Look }>> =
  {
    area: { height: 170, ticks: 4, look: 'main' },
    latency: { height: 76, ticks: 2, look: 'latency' },
    errors: { height: 46, ticks: 1, look: 'errors' },
    steps: { height: 34, ticks: 1, look: 'steps' },
  };

/** A label narrower than its band is left to the table of phases. */
const pixelsALetter = 7;

export function drawTimeChart({ panels, bands, marks }: ChartBlock): Drawing {
  const spanX = spanOf(panels, bands);
  const toX = (seconds: number): number => plotLeft + (seconds / spanX) * (plotRight - plotLeft);
  let top = plotTop;
  const drawn = panels.flatMap((panel) => {
    const bottom = top + faces[panel.look].height;
    const shapes = drawPanel(panel, { top, bottom, toX, secondsPerPixel: spanX / (plotRight - plotLeft) });
    top = bottom + panelGap;
    return shapes;
  });
  const plotBottom = top - panelGap;
  return {
    width,
    height: plotBottom + axisRoom,
    shapes: [
      ...bands.flatMap((band, index) => drawBand(band, index, { toX, height: plotBottom - plotTop })),
      ...drawn,
      ...drawMarks(marks, (at) => toX(Math.min(spanX, Math.max(0, at))), plotBottom),
      ...timeAxis(spanX, { toX, y: plotBottom, count: 10 }),
    ],
  };
}

/** Ticks in seconds below a plot. */
export function timeAxis(
  span: number,
  { toX, y, count }: { readonly toX: (seconds: number) => number; readonly y: number; readonly count: number },
): readonly Shape[] {
  const ticks = ticksUpTo(span, count).filter((seconds) => seconds <= span);
  return [
    path('axis', ticks.map((seconds) => `M${round(toX(seconds))} ${y}v5`).join('')),
    ...ticks.map((seconds) =>
      labelTo('middle', 'quiet', { x: toX(seconds), y: y + 20, text: `${formatShort(seconds)} s` }),
    ),
  ];
}

/** Seconds that the axis shows: all bands, and the last step with its own length. */
function spanOf(panels: readonly Panel[], bands: readonly Band[]): number {
  const ends = panels.flatMap(({ series: { points } }) => {
    const last = points.at(-1);
    return last === undefined ? [] : [last[0] + stepOf(points)];
  });
  const span = [...ends, ...bands.map((band) => band.to)].reduce((most, end) => Math.max(most, end), 0);
  return span > 0 ? span : 1;
}

function drawBand(
  band: Band,
  index: number,
  { toX, height }: { readonly toX: (seconds: number) => number; readonly height: number },
): readonly Shape[] {
  const x = toX(Math.max(0, band.from));
  const bandWidth = Math.max(0, toX(band.to) - x);
  const fits = bandWidth >= pixelsALetter * band.label.length + 8;
  const box = rect(index % 2 === 0 ? 'band' : 'pale', { x, y: plotTop, width: bandWidth, height });
  return fits ? [box, label('quiet', { x: x + 6, y: plotTop + 14 }, band.label)] : [box];
}

/** A diamond above the plot and a line through all panels; a label where the one before leaves it room. */
function drawMarks(marks: readonly Mark[], toX: (seconds: number) => number, bottom: number): readonly Shape[] {
  let free = plotLeft;
  return marks
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, label: name, words }) => {
      const x = round(toX(at));
      const line = path('moment', `M${x} ${plotTop - 2}l-4-5 4-5 4 5zM${x} ${plotTop}V${bottom}`, words);
      const isFree = x - pixelsALetter * name.length - 8 >= free;
      free = x + 4;
      return isFree ? [line, labelTo('end', 'loud', { x: x - 7, y: plotTop - 3, text: name })] : [line];
    });
}

interface Frame {
  readonly top: number;
  readonly bottom: number;
  readonly toX: (seconds: number) => number;
  readonly secondsPerPixel: number;
}

function drawPanel(panel: Panel, { top, bottom, toX, secondsPerPixel }: Frame): readonly Shape[] {
  const { points } = panel.series;
  const face = faces[panel.look];
  const most = points.reduce((highest, [, y]) => Math.max(highest, y ?? 0), 0);
  // Hosts are counted, not measured: their scale ends at the number itself.
  const ticks = panel.look === 'steps' && most > 0 ? [0, most] : ticksUpTo(most, face.ticks);
  const scale = ticks.at(-1) ?? 1;
  const toY = (value: number): number => bottom - (value / scale) * (bottom - top);
  const { upper, lower } = stairs(points, { toX, toY, zeroY: bottom, columns });
  const series = {
    label: panel.label,
    unit: panel.unit,
    zeroY: bottom,
    perPixel: scale / (bottom - top),
    zeroX: plotLeft,
    secondsPerPixel,
  };
  return [
    label('loud', { x: 0, y: top - 13 }, panel.label),
    path('grid', ticks.map((value) => `M${plotLeft} ${round(toY(value))}H${plotRight}`).join('')),
    ...ticks.map((value) => labelTo('end', 'quiet', { x: plotLeft - 8, y: toY(value) + 4, text: formatShort(value) })),
    ...(upper === '' ? [] : [{ kind: 'path', look: face.look, d: upper, tip: '', series } as const]),
    ...(lower === '' ? [] : [path('lower', lower)]),
  ];
}
