/** Every request of a test, page by page, over all cycles. */
import type { Bench, BenchRequest } from '../../model/bench.ts';
import { groupBy } from '../fold.ts';
import { formatCount, formatUs, plural } from '../format.ts';
import type { Block, Section, TableBlock, TrendBlock } from '../section.ts';

/** The first of them as charts; all are in tables. */
const maxCharts = 24;
/** A test of more pages than anybody reads is in run.json. */
const maxPages = 100;

export const requestsSection: Section = {
  id: 'requests',
  title: 'Requests, page by page',
  blocks({ bench }) {
    if (bench === undefined || bench.requests.length === 0) return [];
    const pages = groupBy(bench.requests, ({ page }) => page);
    const left = bench.requestsLeftOut + pages.slice(maxPages).flat().length;
    const more: Block = { kind: 'text', tone: 'warn', paragraphs: [`${plural(left, 'more request')} left out.`] };
    return [
      charts(bench),
      ...pages.slice(0, maxPages).map((page) => pageTable(bench, page)),
      ...(left > 0 ? [more] : []),
    ];
  },
};

function charts(bench: Bench): TrendBlock {
  const drawn = bench.requests.slice(0, maxCharts);
  const rest = bench.requests.length - drawn.length;
  return {
    kind: 'trend',
    title: `How long each request took, from the shortest to the longest, with its mean in s${rest > 0 ? `; ${plural(rest, 'more request')} in the tables only` : ''}`,
    axis: 'concurrent users',
    items: drawn.map((request) => item(bench, request)),
    twin: table(bench, drawn, 'The same numbers, request by request'),
  };
}

function item(bench: Bench, request: BenchRequest): TrendBlock['items'][number] {
  const points = request.cycles.map(({ index, minUs, meanUs, maxUs }) => {
    const extremes = minUs === null || maxUs === null ? {} : { low: minUs / 1e6, high: maxUs / 1e6 };
    const users = usersOf(bench, index);
    const tip = `${formatUs(minUs)} to ${formatUs(maxUs)}, mean ${formatUs(meanUs)}, with ${plural(users, 'user')}`;
    return Object.assign({ x: formatCount(users), y: meanUs === null ? null : meanUs / 1e6, tip }, extremes);
  });
  const name = `${request.page}.${request.number} ${request.type} ${request.url}`;
  return { name, title: `${name}: ${points.map(({ tip }) => tip).join('; ')}`, points };
}

function pageTable(bench: Bench, requests: readonly BenchRequest[]): TableBlock {
  const [first] = requests;
  const name = first?.description === '' ? first.url : (first?.description ?? '');
  return { ...table(bench, requests, `Page ${first?.page ?? ''}: ${name}`), isFolded: true };
}

function table(bench: Bench, requests: readonly BenchRequest[], caption: string): TableBlock {
  const titles = ['Users', 'Apdex', 'Count', 'Failed', 'min', 'mean', 'max', 'p10', 'p50', 'p90', 'p95'];
  return {
    kind: 'table',
    caption,
    columns: [
      { title: 'Request', align: 'left', isMono: true },
      ...titles.map((title) => ({ title, align: 'right' }) as const),
    ],
    rows: requests.flatMap(({ page, number, type, url, cycles }) =>
      cycles.map(({ index, count, failed, apdex, minUs, meanUs, maxUs, p10Us, p50Us, p90Us, p95Us }) => ({
        cells: [
          `${page}.${number} ${type} ${url}`,
          formatCount(usersOf(bench, index)),
          apdex === null ? '-' : apdex.toFixed(3),
          formatCount(count),
          formatCount(failed),
          ...[minUs, meanUs, maxUs, p10Us, p50Us, p90Us, p95Us].map((us) => formatUs(us)),
        ],
        tone: failed > 0 ? 'warn' : 'plain',
      })),
    ),
  };
}

function usersOf({ cycles }: Bench, index: number): number {
  return cycles.find((cycle) => cycle.index === index)?.users ?? 0;
}
