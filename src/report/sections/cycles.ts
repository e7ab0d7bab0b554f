/** Tests, pages and requests of each cycle, from few users to many, and where FunkLoad's own report says otherwise. */
import { benchKinds, type Bench, type BenchCycle, type BenchKind } from '../../model/bench.ts';
import { formatCount, formatNumber, formatPercent, formatUs, plural } from '../format.ts';
import type { Block, Section, TableBlock, TrendBlock } from '../section.ts';

export const cyclesSection: Section = {
  id: 'cycles',
  title: 'Cycles',
  blocks({ bench }) {
    if (bench === undefined || bench.cycles.length === 0) return [];
    const kinds = benchKinds.filter((kind) => bench.cycles.some((cycle) => cycle[kind] !== undefined));
    const tables = kinds.map((kind): Block => cycleTable(bench, kind));
    const untested: Block = {
      kind: 'text',
      tone: 'warn',
      paragraphs: ['No test ended within a cycle: the cycles were too short for one.'],
    };
    return [
      ...(kinds.includes('test') ? [] : [untested]),
      trend(bench, kinds),
      ...tables,
      ...(bench.differences.length === 0 ? [] : [differenceTable(bench)]),
    ];
  },
};

const words: Readonly<Record<BenchKind, { readonly many: string; readonly rate: string }>> = {
  test: { many: 'Tests', rate: 'successful tests/s' },
  page: { many: 'Pages', rate: 'successful pages/s' },
  request: { many: 'Requests', rate: 'requests/s' },
};

function trend({ cycles }: Bench, kinds: readonly BenchKind[]): TrendBlock {
  return {
    kind: 'trend',
    title: conclusionOf(cycles),
    axis: 'concurrent users',
    items: kinds.flatMap((kind) => [rates(cycles, kind), times(cycles, kind)]),
    twin: {
      kind: 'table',
      caption: 'The same numbers, cycle by cycle',
      columns: [
        { title: 'Users', align: 'right' },
        ...kinds.flatMap((kind) => [
          { title: words[kind].rate, align: 'right' } as const,
          { title: `${words[kind].many}: mean time`, align: 'right' } as const,
        ]),
      ],
      rows: cycles.map((cycle) => ({
        cells: [
          formatCount(cycle.users),
          ...kinds.flatMap((kind) => [rateText(cycle[kind]?.perSecond), formatUs(cycle[kind]?.meanUs ?? null)]),
        ],
        tone: 'plain',
      })),
    },
  };
}

function rates(cycles: readonly BenchCycle[], kind: BenchKind): TrendBlock['items'][number] {
  const name = words[kind].rate;
  const points = cycles.map(({ users, [kind]: figures }) => ({
    x: formatCount(users),
    y: figures?.perSecond ?? null,
    tip: `${rateText(figures?.perSecond)} ${name} with ${plural(users, 'user')}`,
  }));
  return { name, title: points.map(({ tip }) => tip).join(', '), points };
}

function times(cycles: readonly BenchCycle[], kind: BenchKind): TrendBlock['items'][number] {
  const seconds = (us: number): number => us / 1e6;
  const points = cycles.map(({ users, [kind]: figures }) => {
    const { minUs, meanUs, maxUs } = figures ?? { minUs: null, meanUs: null, maxUs: null };
    const extremes = minUs === null || maxUs === null ? {} : { low: seconds(minUs), high: seconds(maxUs) };
    const tip = `${formatUs(minUs)} to ${formatUs(maxUs)}, mean ${formatUs(meanUs)}, with ${plural(users, 'user')}`;
    return Object.assign({ x: formatCount(users), y: meanUs === null ? null : seconds(meanUs), tip }, extremes);
  });
  const name = `${words[kind].many}: mean time in s, from the shortest to the longest`;
  return { name, title: `${name}: ${points.map(({ tip }) => tip).join('; ')}`, points };
}

function conclusionOf(cycles: readonly BenchCycle[]): string {
  const rated = cycles.flatMap(({ users, page, request }) => {
    const perSecond = page?.perSecond ?? request?.perSecond;
    return perSecond === null || perSecond === undefined ? [] : [{ users, perSecond }];
  });
  const best = rated.toSorted((a, b) => b.perSecond - a.perSecond)[0];
  const what = cycles.some(({ page }) => page !== undefined) ? 'successful pages' : 'requests';
  return best === undefined
    ? `${plural(cycles.length, 'cycle')}, all too short for a rate.`
    : `The most ${what}, ${rateText(best.perSecond)} a second, came with ${plural(best.users, 'user')}.`;
}

function cycleTable({ cycles, differences }: Bench, kind: BenchKind): TableBlock {
  const columns = ['per second', 'at most', 'Count', 'Failed', 'min', 'mean', 'max', 'p10', 'p50', 'p90', 'p95', 'p99'];
  return {
    kind: 'table',
    caption: `${words[kind].many}, all hosts together; times are of what succeeded, "-" where there are too few to tell`,
    columns: [
      { title: 'Users', align: 'right' },
      { title: 'Apdex', align: 'right' },
      ...columns.map((title) => ({ title, align: 'right' }) as const),
      { title: 'FunkLoad differs in', align: 'left' },
    ],
    rows: cycles.flatMap((cycle) => {
      const { [kind]: figures, users, index } = cycle;
      if (figures === undefined) return [];
      const { minUs, meanUs, maxUs, p10Us, p50Us, p90Us, p95Us, p99Us, count, failed, apdex } = figures;
      const parted = differences.filter((each) => each.cycle === index && each.kind === kind);
      const cells = [
        formatCount(users),
        apdex === null ? '-' : apdex.toFixed(3),
        rateText(figures.perSecond),
        formatCount(figures.perSecondMax),
        formatCount(count),
        failed === 0 ? '0' : `${formatCount(failed)} (${formatPercent(failed, count)})`,
        ...[minUs, meanUs, maxUs, p10Us, p50Us, p90Us, p95Us, p99Us].map((us) => formatUs(us)),
        parted.length === 0 ? '-' : parted.map(({ figure }) => figure).join(', '),
      ];
      return [{ cells, tone: failed > 0 ? ('warn' as const) : ('plain' as const) }];
    }),
  };
}

function differenceTable({ cycles, differences }: Bench): TableBlock {
  const usersOf = (index: number): number => cycles.find((cycle) => cycle.index === index)?.users ?? 0;
  return {
    kind: 'table',
    caption: `Where FunkLoad's own report says otherwise: ${plural(differences.length, 'figure')}, times in seconds`,
    isFolded: true,
    columns: [
      { title: 'Users', align: 'right' },
      { title: 'Of', align: 'left' },
      { title: 'Figure', align: 'left' },
      { title: 'Here', align: 'right' },
      { title: 'In FunkLoad', align: 'right' },
      { title: 'Why', align: 'left' },
    ],
    rows: differences.map(({ cycle, kind, figure, right, funkload, reason }) => ({
      cells: [formatCount(usersOf(cycle)), words[kind].many.toLowerCase(), figure, right, funkload, reason],
      tone: 'plain',
    })),
  };
}

function rateText(perSecond: number | null | undefined): string {
  return perSecond === null || perSecond === undefined ? '-' : formatNumber(perSecond);
}
