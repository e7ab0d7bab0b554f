/** The requests that took longest on average, in the cycle that served the most pages. */
import type { Bench, BenchCycle } from '../../model/bench.ts';
import { formatCount, formatUs, plural } from '../format.ts';
import type { Section } from '../section.ts';

const shown = 10;

export const slowestRequestsSection: Section = {
  id: 'slowest',
  title: 'Slowest requests',
  blocks({ bench }) {
    const best = bench === undefined ? undefined : bestOf(bench);
    if (bench === undefined || best === undefined) return [];
    const timed = bench.requests.flatMap((request) => {
      const own = request.cycles.find(({ index }) => index === best.index);
      return own === undefined || own.meanUs === null ? [] : [{ ...request, ...own, meanUs: own.meanUs }];
    });
    if (timed.length === 0) return [];
    return [
      {
        kind: 'table',
        caption: `The slowest by mean time in the best cycle, the one with ${plural(best.users, 'user')}`,
        columns: [
          { title: 'Request', align: 'left', isMono: true },
          { title: 'Page', align: 'left' },
          { title: 'Count', align: 'right' },
          { title: 'Failed', align: 'right' },
          { title: 'mean', align: 'right' },
          { title: 'p95', align: 'right' },
          { title: 'max', align: 'right' },
        ],
        rows: timed
          .toSorted((a, b) => b.meanUs - a.meanUs)
          .slice(0, shown)
          .map(({ type, url, page, description, count, failed, meanUs, p95Us, maxUs }) => ({
            cells: [
              `${type} ${url}`,
              description === '' ? page : `${page} ${description}`,
              formatCount(count),
              formatCount(failed),
              formatUs(meanUs),
              formatUs(p95Us),
              formatUs(maxUs),
            ],
            tone: failed > 0 ? 'warn' : 'plain',
          })),
      },
    ];
  },
};

/** The one with the most successful pages a second; the first where none can be told. */
function bestOf({ cycles }: Bench): BenchCycle | undefined {
  return cycles.toSorted((a, b) => (b.page?.perSecond ?? 0) - (a.page?.perSecond ?? 0) || a.index - b.index)[0];
}
