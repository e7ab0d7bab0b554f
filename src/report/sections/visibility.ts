/**
 * How long changes of one host took to be seen by another: always as what it took at least, and at most. The two are as far apart
 * as clocks are unknown and as readers looked seldom.
 */
import { countOf, fromSparse, isPercentileSupported, percentile } from '../../model/histogram.ts';
import type { PairVisibility, Visibility } from '../../model/visibility.ts';
import { formatCount, formatNs, formatUs, plural } from '../format.ts';
import type { Block, Section, SpectrumBlock, TableBlock } from '../section.ts';

export const visibilitySection: Section = {
  id: 'visibility',
  title: 'Visibility between hosts',
  blocks({ visibility }) {
    if (visibility === undefined) return [];
    const { pairs } = visibility;
    const text: Block = {
      kind: 'text',
      tone: isLate(visibility) ? 'warn' : 'plain',
      paragraphs: paragraphsOf(visibility),
    };
    if (pairs.length === 0) return [text];
    const matrix = matrixOf(visibility);
    const curves = spectrumOf(pairs);
    return [text, ...(matrix === undefined ? [] : [matrix]), pairTable(visibility, matrix !== undefined), ...curves];
  },
};

/** Certainly, whatever the clocks were. */
function isLate({ pairs }: Visibility): boolean {
  return pairs.some(({ atLeast }) => (atLeast.maxNs ?? 0) > 0);
}

function paragraphsOf(visibility: Visibility): readonly string[] {
  const { pairs, untimed } = visibility;
  const [worst] = pairs;
  const late =
    worst === undefined
      ? 'No clocks are known that could say how long a change took to be seen.'
      : isLate(visibility)
        ? `An old generation was still read by ${worst.reader} at least ${formatNs(worst.atLeast.maxNs ?? 0)} after ${worst.writer} had changed it.`
        : 'No read certainly came after a change that it missed.';
  const bound = pairs.reduce((most, { boundNs }) => Math.max(most, boundNs), 0);
  return [
    late,
    `At least: from the end of a change to the last read that missed it. At most: to the end of the first read that saw it, or something newer, so that a reader who seldom looks makes it long.${pairs.length === 0 ? '' : ` Clocks leave up to ${formatNs(bound)} open.`}`,
    ...(untimed === 0 ? [] : [`${plural(untimed, 'change')} left out: a clock says nothing of them.`]),
  ];
}

/** More columns are no longer read. */
const maxHosts = 8;

function matrixOf({ pairs, pairCount }: Visibility): TableBlock | undefined {
  const hosts = [...new Set(pairs.flatMap(({ writer, reader }) => [writer, reader]))].toSorted();
  if (hosts.length > maxHosts || pairCount > pairs.length || hosts.length < 3) return undefined;
  return {
    kind: 'table',
    caption: 'Longest until seen, at least to at most, by who wrote (rows) and who read (columns)',
    columns: [{ title: 'Writer', align: 'left' }, ...hosts.map((title) => ({ title, align: 'right' as const }))],
    rows: hosts.map((writer) => ({
      tone: 'plain',
      cells: [
        writer,
        ...hosts.map((reader) => {
          const pair = pairs.find((one) => one.writer === writer && one.reader === reader);
          return pair === undefined ? '-' : rangeOf(pair, 'maxNs');
        }),
      ],
    })),
  };
}

type Figure = 'p50Ns' | 'p99Ns' | 'maxNs';

/** `0 to 1.20 ms`; `0 or more` where it was never seen; `-` where too few samples say so. */
function rangeOf({ atLeast, atMost, changes, unseen }: PairVisibility, figure: Figure): string {
  const [low, high] = [atLeast[figure], atMost[figure]];
  if (low === null || changes === 0) return '-';
  if (high === null) return unseen === 0 ? '-' : `${spoken(low)} or more`;
  return `${spoken(low)} to ${spoken(high)}`;
}

function spoken(ns: number): string {
  return ns === 0 ? '0' : formatNs(ns);
}

/** The worst ones. */
const maxRows = 50;

function pairTable({ pairs, pairCount }: Visibility, isFolded: boolean): TableBlock {
  const shown = pairs.slice(0, maxRows);
  const cut =
    pairCount > shown.length ? `the worst ${shown.length} of ${formatCount(pairCount)} pairs` : 'the worst pair first';
  return {
    kind: 'table',
    caption: `From the end of a change until it was seen, at least to at most: ${cut}`,
    isFolded,
    columns: [
      { title: 'Writer', align: 'left' },
      { title: 'Reader', align: 'left' },
      { title: 'Changes', align: 'right' },
      { title: 'p50', align: 'right' },
      { title: 'p99', align: 'right' },
      { title: 'Longest', align: 'right' },
      { title: 'Never seen', align: 'right' },
      { title: 'Clocks leave open', align: 'right' },
    ],
    rows: shown.map((pair) => ({
      tone: (pair.atLeast.maxNs ?? 0) > 0 ? 'warn' : 'plain',
      cells: [
        pair.writer,
        pair.reader,
        formatCount(pair.changes),
        rangeOf(pair, 'p50Ns'),
        rangeOf(pair, 'p99Ns'),
        rangeOf(pair, 'maxNs'),
        formatCount(pair.unseen),
        formatNs(pair.boundNs),
      ],
    })),
  };
}

/** Of fewer changes a curve says nothing. */
const minChanges = 10;
const percents = [...Array.from({ length: 90 }, (_, at) => at), 90, 92, 94, 96, 98, 99];

/** Of the worst pair: both ends of how long it took. */
function spectrumOf([worst]: readonly PairVisibility[]): readonly SpectrumBlock[] {
  if (worst === undefined || worst.changes < minChanges || worst.unseen > 0) return [];
  const sides = [['at least', worst.atLeast] as const, ['at most', worst.atMost] as const];
  const curves = sides.flatMap(([name, { histogram, maxNs }]) => {
    const counts = fromSparse(histogram);
    const samples = countOf(counts);
    const told = percents.filter((percent) => isPercentileSupported(percent, samples));
    const points = told.map((percent) => [percent, Math.max(1, (percentile(counts, percent) ?? 0) / 1e3)] as const);
    const title = `${worst.writer} to ${worst.reader}, ${name}: longest ${formatNs(maxNs ?? 0)}`;
    return (maxNs ?? 0) > 0 ? [{ name: `${worst.writer} → ${worst.reader}, ${name}`, title, points }] : [];
  });
  if (curves.length === 0) return [];
  const highUs = curves.flatMap(({ points }) => points.map(([, us]) => us)).reduce((a, b) => Math.max(a, b), 10);
  return [
    {
      kind: 'spectrum',
      title: `How long changes of ${worst.writer} took to be seen by ${worst.reader}, by share of the changes`,
      scale: { lowUs: 1, highUs, nines: 2 },
      curves,
      twin: {
        kind: 'table',
        caption: 'The curves as a table',
        columns: [
          { title: 'Share of changes', align: 'right' },
          ...curves.map(({ name }) => ({ title: name, align: 'right' as const })),
        ],
        rows: [50, 90, 99].map((percent) => ({
          tone: 'plain',
          cells: [
            `${percent} %`,
            ...curves.map(({ points }) => formatUs(points.find(([at]) => at === percent)?.[1] ?? null)),
          ],
        })),
      },
    },
  ];
}
