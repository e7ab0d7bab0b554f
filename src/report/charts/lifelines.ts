/** One line a host: its phases as bars over the run's time, and where it fell silent a cross. */
import type { LifelinesBlock } from '../section.ts';
import { labelTo, path, rect, round, type Drawing, type Look, type Shape } from './drawing.ts';
import { timeAxis } from './time-chart.ts';

const width = 1080;
const plot = { left: 150, right: width - 16, top: 24 };
const laneHeight = 20;
const barHeight = 12;

/** Phases differ by height too: what counts stands tallest. */
const faces: Readonly<Record<string, { readonly look: Look; readonly height: number }>> = {
  setup: { look: 'setup', height: 6 },
  meet: { look: 'meet', height: 6 },
  stress: { look: 'stress', height: barHeight },
  verify: { look: 'verify', height: 9 },
  teardown: { look: 'setup', height: 6 },
  sweep: { look: 'meet', height: 6 },
};

/** A longer name is in the table. */
const maxLetters = 20;

export function drawLifelines({ lanes, seconds }: LifelinesBlock): Drawing {
  const span = seconds > 0 ? seconds : 1;
  const toX = (at: number): number => plot.left + (Math.max(0, at) / span) * (plot.right - plot.left);
  const bottom = plot.top + lanes.length * laneHeight + 4;
  return {
    width,
    height: bottom + 30,
    shapes: [
      ...legend(),
      ...lanes.flatMap((lane, index) => {
        const middle = plot.top + index * laneHeight + laneHeight / 2;
        const end = lane.bars.reduce((latest, { to }) => Math.max(latest, to), 0);
        const name = lane.name.length > maxLetters ? `${lane.name.slice(0, maxLetters - 1)}…` : lane.name;
        return [
          labelTo('end', 'loud', { x: plot.left - 12, y: middle + 4, text: name }),
          path('grid', `M${plot.left} ${round(middle)}H${plot.right}`),
          ...lane.bars.map(({ phase, from, to, tip }) => {
            const { look, height } = faces[phase] ?? { look: 'meet', height: 6 };
            const x = toX(from);
            return rect(look, { x, y: middle - height / 2, width: Math.max(1.5, toX(to) - x), height }, tip);
          }),
          ...(lane.end === '' ? [] : [cross(toX(end), middle, lane.end)]),
        ];
      }),
      ...timeAxis(span, { toX, y: bottom, count: 10 }),
    ],
  };
}

function cross(x: number, y: number, words: string): Shape {
  return path('end', `M${round(x + 3)} ${y - 5}l10 10m0-10l-10 10`, words);
}

function legend(): readonly Shape[] {
  return ['setup', 'stress', 'verify', 'teardown'].flatMap((phase, index) => {
    const { look, height } = faces[phase] ?? { look: 'meet', height: 6 };
    const x = plot.left + index * 90;
    return [
      rect(look, { x, y: 8 - height / 2, width: 16, height }),
      { kind: 'text', look: 'quiet', x: x + 22, y: 12, anchor: 'start', text: phase } as const,
    ];
  });
}
