/**
 * Panels over one time axis, as geometry: numbers, path data made of numbers, and texts, which templates/blocks/chart.hbs
 * puts into SVG elements and escapes. No markup is made here.
 */
import { formatShort } from '../format.ts';
import type { Band, ChartBlock, Panel } from '../section.ts';
import { envelope, type Extent } from './envelope.ts';
import { ticksUpTo } from './ticks.ts';

export interface SvgChart {
  readonly width: number;
  readonly height: number;
  readonly plot: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
    readonly height: number;
    /** Where labels of gridlines end, of bands and of the time axis stand. */
    readonly labelX: number;
    readonly bandY: number;
    readonly axisY: number;
  };
  readonly bands: readonly {
    readonly x: number;
    readonly width: number;
    readonly label: string;
    readonly labelX: number;
    readonly isShaded: boolean;
  }[];
  readonly panels: readonly SvgPanel[];
  readonly xTicks: readonly { readonly x: number; readonly label: string }[];
}

interface SvgPanel {
  readonly label: string;
  readonly labelY: number;
  readonly look: Panel['look'];
  /** Also where no style sheet is: readable on white and on black. */
  readonly colour: string;
  /** Errors differ from the rest by more than colour. */
  readonly isDashed: boolean;
  readonly gridlines: readonly { readonly y: number; readonly labelY: number; readonly label: string }[];
  /** Filled from the zero line up. */
  readonly area: string;
  /** Along the upper edge, and back along the lower one where a column holds several values. */
  readonly line: string;
}

const width = 1080;
const plotLeft = 64;
const plotRight = width - 12;
const plotTop = 30;
const panelGap = 42;
const axisRoom = 30;
const panelHeights: Readonly<Record<Panel['look'], number>> = { area: 190, errors: 54, steps: 40 };

const colours: Readonly<Record<Panel['look'], string>> = { area: '#3a6fd8', errors: '#d0433a', steps: '#7a8490' };

/** A label narrower than its band is left to the table of phases. */
const pixelsALetter = 7;

export function drawTimeChart({ panels, bands }: ChartBlock): SvgChart {
  const spanX = spanOf(panels, bands);
  const toX = (seconds: number): number => round(plotLeft + (seconds / spanX) * (plotRight - plotLeft));
  let top = plotTop;
  const drawn = panels.map((panel) => {
    const bottom = top + panelHeights[panel.look];
    const drawnPanel = drawPanel(panel, { top, bottom, toX, spanX });
    top = bottom + panelGap;
    return drawnPanel;
  });
  const plotBottom = top - panelGap;
  return {
    width,
    height: plotBottom + axisRoom,
    plot: {
      left: plotLeft,
      right: plotRight,
      top: plotTop,
      bottom: plotBottom,
      height: plotBottom - plotTop,
      labelX: plotLeft - 8,
      bandY: plotTop + 16,
      axisY: plotBottom + 20,
    },
    bands: bands.map((band, index) => drawBand(band, index, toX)),
    panels: drawn,
    xTicks: ticksUpTo(spanX, 10)
      .filter((seconds) => seconds <= spanX)
      .map((seconds) => ({ x: toX(seconds), label: `${formatShort(seconds)} s` })),
  };
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

function stepOf(points: Panel['series']['points']): number {
  const [first, second] = points;
  return first === undefined || second === undefined ? 1 : second[0] - first[0];
}

function drawBand(band: Band, index: number, toX: (seconds: number) => number): SvgChart['bands'][number] {
  const x = toX(Math.max(0, band.from));
  const bandWidth = Math.max(0, round(toX(band.to) - x));
  const fits = bandWidth >= pixelsALetter * band.label.length + 8;
  return { x, width: bandWidth, label: fits ? band.label : '', labelX: round(x + 6), isShaded: index % 2 === 0 };
}

interface Frame {
  readonly top: number;
  readonly bottom: number;
  readonly toX: (seconds: number) => number;
  readonly spanX: number;
}

function drawPanel(panel: Panel, { top, bottom, toX, spanX }: Frame): SvgPanel {
  const { points } = panel.series;
  const most = points.reduce((highest, [, y]) => Math.max(highest, y), 0);
  // Hosts are counted, not measured: their scale ends at the number itself.
  const ticks = panel.look === 'steps' && most > 0 ? [0, most] : ticksUpTo(most, panel.look === 'area' ? 4 : 1);
  const scale = ticks.at(-1) ?? 1;
  const toY = (value: number): number => round(bottom - (value / scale) * (bottom - top));
  const columns = envelope(points, plotRight - plotLeft);
  const step = points.length > columns.length ? spanX / columns.length : stepOf(points);
  const upper = stairs(columns, step, { toX, toY: (extent) => toY(extent.high) });
  const lower = stairs(columns, step, { toX, toY: (extent) => toY(extent.low) });
  const first = columns[0];
  const last = columns.at(-1);
  const isRange = columns.some((extent) => extent.low < extent.high);
  return {
    label: panel.label,
    labelY: top - 13,
    look: panel.look,
    colour: colours[panel.look],
    isDashed: panel.look === 'errors',
    gridlines: ticks.map((value) => ({ y: toY(value), labelY: round(toY(value) + 4), label: formatShort(value) })),
    area:
      first === undefined || last === undefined
        ? ''
        : `M${toX(first.x)} ${bottom}L${upper.join('L')}L${toX(last.x + step)} ${bottom}Z`,
    line: upper.length === 0 ? '' : `M${upper.join('L')}${isRange ? `M${lower.join('L')}` : ''}`,
  };
}

/** A step holds for its whole second: a slope between two would show rates that nobody measured. */
function stairs(
  columns: readonly Extent[],
  step: number,
  { toX, toY }: { readonly toX: (seconds: number) => number; readonly toY: (extent: Extent) => number },
): readonly string[] {
  return columns.flatMap((extent, index) => {
    const end = columns[index + 1]?.x ?? extent.x + step;
    const y = toY(extent);
    return [`${toX(extent.x)} ${y}`, `${toX(end)} ${y}`];
  });
}

/** Tenths of a pixel are more than eyes see, and keep the file small. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
