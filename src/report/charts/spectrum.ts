/**
 * The latency of one kind of operation at every percentile: the axis gives each further nine (90, 99, 99.9 %) the same room,
 * because the tail is what hurts, and ends where the samples end to say anything.
 */
import { formatUs } from '../format.ts';
import type { SpectrumBlock } from '../section.ts';
import { label, labelTo, path, round, type Drawing, type Shape } from './drawing.ts';

const width = 344;
const height = 190;
const plot = { left: 52, right: width - 14, top: 18, bottom: height - 30 };

/** Of the axis: how often one in ten is left. */
export function ninesOf(percent: number): number {
  return -Math.log10(1 - percent / 100);
}

export function drawSpectrum(
  { points }: SpectrumBlock['curves'][number],
  { lowUs, highUs, nines }: SpectrumBlock['scale'],
): Drawing {
  const toX = (percent: number): number => plot.left + (ninesOf(percent) / nines) * (plot.right - plot.left);
  const lowest = Math.log10(Math.max(lowUs, 0.001));
  const highest = Math.max(Math.log10(Math.max(highUs, 0.001)), lowest + 1e-9);
  const toY = (us: number): number =>
    plot.bottom - ((Math.log10(Math.max(us, lowUs)) - lowest) / (highest - lowest)) * (plot.bottom - plot.top);
  const last = points.at(-1);
  const curve = points.map(([percent, us]) => `${round(toX(percent))} ${round(toY(us))}`).join('L');
  return {
    width,
    height,
    shapes: [
      ...percentAxis(nines, toX),
      ...decades(lowest, highest).flatMap((us) => [
        path('grid', `M${plot.left} ${round(toY(us))}H${plot.right}`),
        labelTo('end', 'quiet', { x: plot.left - 6, y: toY(us) + 4, text: shortUs(us) }),
      ]),
      ...(last === undefined ? [] : [path('curve', `M${curve}`), ...tail(last, toX(last[0]), toY(last[1]))]),
    ],
  };
}

function tail(last: readonly [number, number], x: number, y: number): readonly Shape[] {
  const [at, above] = [round(x), round(y)];
  const isRight = x > (plot.left + plot.right) / 2;
  const words = formatUs(last[1]);
  const place = { x: isRight ? x - 8 : x + 8, y: Math.max(y - 6, plot.top + 4) };
  return [
    path('curve', `M${at - 3} ${above}a3 3 0 1 0 6 0a3 3 0 1 0-6 0`, `${words} at p${round(last[0] * 100) / 100}`),
    isRight ? labelTo('end', 'value', { ...place, text: words }) : label('value', place, words),
  ];
}

function percentAxis(nines: number, toX: (percent: number) => number): readonly Shape[] {
  const ticks = [0, 50, 90, 99, 99.9, 99.99, 99.999].filter((percent) => ninesOf(percent) <= nines + 1e-9);
  return [
    path('grid', ticks.map((percent) => `M${round(toX(percent))} ${plot.top}V${plot.bottom}`).join('')),
    ...ticks
      .filter((percent) => percent !== 0)
      .map((percent) => {
        const x = toX(percent);
        const isLast = x > plot.right - 20;
        const at = { x: isLast ? width : x, y: plot.bottom + 18, text: `p${percent}` };
        return labelTo(isLast ? 'end' : 'middle', 'quiet', at);
      }),
  ];
}

function decades(lowest: number, highest: number): readonly number[] {
  const first = Math.ceil(lowest - 1e-9);
  const last = Math.floor(highest + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => 10 ** (first + at));
}

function shortUs(us: number): string {
  if (us < 0.999) return `${Number((us * 1e3).toPrecision(3))} ns`;
  if (us < 999) return `${Number(us.toPrecision(3))} µs`;
  return us < 999e3 ? `${Number((us / 1e3).toPrecision(3))} ms` : `${Number((us / 1e6).toPrecision(3))} s`;
}
