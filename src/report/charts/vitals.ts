/** One host as a few short lines over the run: small, so that many fit beside each other, each with its greatest value and all on one scale. */
import type { VitalsBlock } from '../section.ts';
import { label, labelTo, path, rect, round, type Drawing } from './drawing.ts';
import { stairs } from './stairs.ts';

const width = 344;
const plot = { left: 78, right: width - 72 };
const rowHeight = 26;
const rowGap = 10;
const top = 8;

export function drawVitals(
  { rows }: VitalsBlock['hosts'][number],
  { seconds, bands }: Pick<VitalsBlock, 'seconds' | 'bands'>,
): Drawing {
  const span = seconds > 0 ? seconds : 1;
  const toX = (at: number): number => plot.left + (Math.max(0, at) / span) * (plot.right - plot.left);
  const height = top + rows.length * (rowHeight + rowGap);
  return {
    width,
    height,
    shapes: [
      ...bands
        .filter(({ label: name }) => name === 'stress' || name === 'verify')
        .map(({ from, to, label: name }) =>
          rect(
            name === 'stress' ? 'band' : 'pale',
            { x: toX(from), y: 0, width: toX(to) - toX(from), height: height - rowGap / 2 },
            name,
          ),
        ),
      ...rows.flatMap((row, index) => {
        const bottom = top + index * (rowHeight + rowGap) + rowHeight;
        const scale = row.scale > 0 ? row.scale : 1;
        const toY = (value: number): number => bottom - (value / scale) * rowHeight;
        const { upper } = stairs(row.points, { toX, toY, zeroY: bottom, columns: plot.right - plot.left });
        const look = row.isTrouble ? 'errors' : index === 0 ? 'main' : 'steps';
        return [
          label('loud', { x: 0, y: bottom - 8 }, row.label),
          path('grid', `M${plot.left} ${round(bottom)}H${plot.right}`),
          ...(upper === '' ? [] : [path(look, upper)]),
          labelTo('end', 'value', { x: width, y: bottom - 8, text: row.most }),
        ];
      }),
    ],
  };
}
