/** Where FunkLoad's own report says otherwise than the right figures, as both would print it, and why. */
import type { BenchCycle, BenchDifference, BenchFigures, BenchKind } from '../../model/bench.ts';
import type { FunkloadCycle } from '../../report/funkload/cycles.ts';
import { printedNumber } from '../../report/funkload/printed.ts';
import { tablesOf } from '../../report/funkload/tables.ts';

/** A figure in both: the column of FunkLoad's table, and ours in its unit. */
interface Compared {
  readonly figure: string;
  readonly column: number;
  readonly right: (figures: BenchFigures) => number | null;
  readonly reason: (around: Around) => string;
}

interface Around {
  readonly figures: BenchFigures;
  readonly kind: BenchKind;
  readonly seconds: number;
  readonly configured: number;
}

const rate: Compared = {
  figure: 'per second',
  column: 3,
  right: ({ perSecond }) => perSecond,
  reason: ({ seconds, configured }) =>
    `FunkLoad counts all that began and divides by the configured ${configured} s; here counts what ended in the ${printedNumber(seconds)} s in which all hosts were in the cycle`,
};

const times = ['minUs', 'meanUs', 'maxUs', 'p10Us', 'p50Us', 'p90Us', 'p95Us'] as const;

const compared: readonly Compared[] = [
  { figure: 'Apdex', column: 1, right: ({ apdex }) => apdex, reason: apdexReason },
  rate,
  ...times.map((time, at) => ({
    figure: ['MIN', 'AVG', 'MAX', 'P10', 'MED', 'P90', 'P95'][at] ?? '',
    column: 8 + at,
    right: (figures: BenchFigures): number | null => {
      const us = figures[time];
      return us === null ? null : us / 1e6;
    },
    reason: (around: Around): string => timeReason(time, around),
  })),
];

export function differencesOf(
  cycles: readonly BenchCycle[],
  funkload: readonly FunkloadCycle[],
  configured: number,
): readonly BenchDifference[] {
  return cycles.flatMap((cycle) => {
    const { Test, Page, Request } = tablesOf(
      funkload.filter(({ index }) => index === cycle.index),
      configured,
    );
    const around = { seconds: cycle.seconds, configured, cycle: cycle.index };
    return [
      ...different({ ...around, kind: 'test', figures: cycle.test }, [{ ...rate, column: 1 }], Test[0]),
      ...different({ ...around, kind: 'page', figures: cycle.page }, compared, Page[0]),
      ...different({ ...around, kind: 'request', figures: cycle.request }, compared, Request[0]),
    ];
  });
}

function different(
  around: Omit<Around, 'figures'> & { readonly cycle: number; readonly figures: BenchFigures | undefined },
  columns: readonly Compared[],
  row: readonly string[] | undefined,
): readonly BenchDifference[] {
  const { figures, cycle, kind } = around;
  if (figures === undefined || row === undefined) return [];
  return columns.flatMap(({ figure, column, right, reason }) => {
    const value = right(figures);
    const shown = value === null ? '-' : printedNumber(value);
    const theirs = row[column] ?? '';
    if (shown === theirs) return [];
    return [{ cycle, kind, figure, right: shown, funkload: theirs, reason: reason({ ...around, figures }) }];
  });
}

function apdexReason({ figures, kind }: Around): string {
  if (figures.apdex === null) return `${figures.count} are too few for an Apdex`;
  return kind === 'page'
    ? 'FunkLoad judges the requests of pages one by one, and a failure that ends fast as satisfied; here whole pages are judged, and failures frustrate'
    : 'FunkLoad counts a failure that ends fast as satisfied; here failures frustrate';
}

function timeReason(time: (typeof times)[number], { figures, kind }: Around): string {
  const isPercentile = /^p\d/.test(time);
  const good = figures.count - figures.failed;
  if (figures[time] === null) {
    return good === 0 ? 'nothing succeeded' : `${good} that succeeded are too few for this percentile`;
  }
  const reasons = [
    ...(kind === 'request' && figures.failed > 0 ? ['FunkLoad has the failed ones in it'] : []),
    ...(kind === 'page' && time === 'meanUs'
      ? ['FunkLoad divides the time of the successful pages by the number of all pages']
      : []),
    ...(isPercentile ? ["FunkLoad's percentile is one rank above the nearest"] : []),
  ];
  return reasons.length === 0 ? 'it is rounded otherwise' : reasons.join('; ');
}
