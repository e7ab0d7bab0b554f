/**
 * What tools monitored meanwhile, each counter with its extremes: running totals stay running totals. Runs of earlier versions
 * have them beside a bench that draws them as people read them, too.
 */
import type { RunFigure } from '../../model/receipt.ts';
import { formatMs, formatNumber } from '../format.ts';
import type { Section } from '../section.ts';

export const countersSection: Section = {
  id: 'counters',
  title: 'Counters',
  blocks({ figures = [], bench }) {
    if (figures.length === 0 || (bench?.monitored ?? []).length > 0) return [];
    return [
      {
        kind: 'table',
        caption: 'As the tools wrote them, with their extremes; their course is in run.json',
        isFolded: true,
        columns: [
          { title: 'Monitored host', align: 'left' },
          { title: 'Counter', align: 'left', isMono: true },
          { title: 'Cycle', align: 'right' },
          { title: 'least', align: 'right' },
          { title: 'most', align: 'right' },
          { title: 'over', align: 'right' },
          { title: 'In the result of', align: 'left' },
        ],
        rows: figures.map((figure) => ({
          cells: [
            figure.of,
            figure.name,
            figure.cycle === undefined ? '-' : String(figure.cycle),
            ...extremesOf(figure),
            figure.host,
          ],
          tone: 'plain',
        })),
      },
    ];
  },
};

function extremesOf({ stretches }: RunFigure): readonly [string, string, string] {
  const least = stretches.reduce((value, { min }) => Math.min(value, min), Infinity);
  const most = stretches.reduce((value, { max }) => Math.max(value, max), -Infinity);
  const from = stretches.reduce((value, { startMs }) => Math.min(value, startMs), Infinity);
  const to = stretches.reduce((value, { endMs }) => Math.max(value, endMs), -Infinity);
  return [formatNumber(least), formatNumber(most), formatMs(Math.max(0, to - from))];
}
