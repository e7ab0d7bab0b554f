/** One row a planned host, whatever became of it; the worst come first, and who stands out is named. */
import { minHosts, outliersOf, type Outlier } from '../../model/outliers.ts';
import type { Run, RunHost } from '../../model/run.ts';
import { formatBytes, formatCount, formatNs, formatNumber, formatUs, plural } from '../format.ts';
import type { Block, Row, Section, Tone } from '../section.ts';
import { worstFirst } from '../worst-first.ts';

export const hostsSection: Section = {
  id: 'hosts',
  title: 'Hosts',
  blocks(run) {
    if (run.plan.hosts.length === 0) return [{ kind: 'text', tone: 'warn', paragraphs: ['No host was planned.'] }];
    const outliers = outliersOf(run);
    return [
      ...sentences(run, outliers),
      {
        kind: 'table',
        caption: 'Every planned host, worst first',
        columns: [
          { title: 'Host', align: 'left' },
          { title: 'Status', align: 'left' },
          { title: 'Operations', align: 'right' },
          { title: 'per second', align: 'right' },
          { title: 'Errors', align: 'right' },
          { title: 'Data', align: 'right' },
          { title: 'Clock known to', align: 'right' },
          { title: 'File system under test', align: 'left', isMono: true },
          { title: 'Why', align: 'left' },
        ],
        rows: [
          ...missingOf(run),
          ...worstFirst(run).map((host) =>
            rowOf(
              host,
              outliers.filter((outlier) => outlier.host === host.name),
            ),
          ),
        ],
      },
    ];
  },
};

/** Named hosts; the others are in the table. */
const maxNamed = 5;

function sentences({ hosts }: Run, outliers: readonly Outlier[]): readonly Block[] {
  const able = hosts.filter(({ operations }) => operations > 0).length;
  if (able < minHosts) return [];
  const names = [...new Set(outliers.map(({ host }) => host))];
  if (names.length === 0) {
    const text = `No host stands out: the ${formatCount(able)} hosts that ran did as many operations/s as each other, and none has a longer p99.`;
    return [{ kind: 'text', tone: 'plain', paragraphs: [text] }];
  }
  const told = names
    .slice(0, maxNamed)
    .map((name) => `${name} stands out: ${wordsOf(outliers.filter(({ host }) => host === name))}.`);
  const left = names.length - told.length;
  return [
    {
      kind: 'text',
      tone: 'warn',
      paragraphs: [
        told.join(' '),
        ...(left > 0 ? [`So ${left === 1 ? 'does' : 'do'} ${plural(left, 'more host')}.`] : []),
      ],
    },
  ];
}

/** The figures in which a host is odd; of many tails the longest three. */
function wordsOf(outliers: readonly Outlier[]): string {
  const far = outliers.toSorted((a, b) => distanceOf(b) - distanceOf(a)).slice(0, 3);
  const words = far.map(({ figure, value, median, isWorse }) => {
    const format = figure === 'operations/s' ? formatNumber : formatUs;
    const times = isWorse === (figure === 'operations/s') ? median / value : value / median;
    const size = `${formatNumber(times)} times`;
    const verb =
      figure === 'operations/s'
        ? `${size} ${isWorse ? 'slower' : 'faster'} than the median host`
        : `${figure} ${size} ${isWorse ? 'longer' : 'shorter'}`;
    return `${verb} (${format(value)}, median ${format(median)})`;
  });
  const left = outliers.length - far.length;
  return [...words, ...(left > 0 ? [plural(left, 'more figure')] : [])].join('; ');
}

function distanceOf({ value, median }: Outlier): number {
  return Math.abs(Math.log(Math.max(value, 1e-9) / Math.max(median, 1e-9)));
}

/** A planned host without any result is the worst of all: it must never go unseen. */
function missingOf({ plan, hosts }: Run): readonly Row[] {
  return plan.hosts
    .filter((_, index) => !hosts.some((host) => host.index === index))
    .map(({ name }) => ({
      cells: [name, 'no result', '-', '-', '-', '-', '-', '-', 'the run has no result of this host'],
      tone: 'bad',
    }));
}

function rowOf(host: RunHost, outliers: readonly Outlier[]): Row {
  const target = host.facts?.target;
  const why = [
    ...(host.reason === undefined ? [] : [host.reason]),
    ...host.gaps.map((gap) => `gap: ${gap}`),
    ...(outliers.length === 0 ? [] : [wordsOf(outliers)]),
    ...paceWords(host),
  ];
  const hasRun = host.operations > 0;
  const isOdd = outliers.length > 0 || (host.pace?.workersBehind ?? 0) > 0;
  return {
    cells: [
      host.name,
      host.isInterrupted === true ? 'interrupted' : host.status,
      hasRun ? formatCount(host.operations) : '-',
      hasRun ? formatNumber(host.perSecond) : '-',
      hasRun ? formatCount(host.errors) : '-',
      hasRun ? formatBytes(host.bytes) : '-',
      clockOf(host),
      target === undefined ? '-' : `${target.type} on ${target.path}`,
      why.length === 0 ? '-' : why.join('; '),
    ],
    tone: isOdd && host.status === 'completed' ? 'warn' : toneOf(host),
  };
}

/** Whether it did as many operations as were asked of it, and how late they were. */
function paceWords({ pace }: RunHost): readonly string[] {
  if (pace === undefined) return [];
  const { askedPerSecond, perSecond, workers, workersBehind, lateMsMax } = pace;
  const late = `, late by up to ${formatUs(lateMsMax * 1000)}`;
  return [
    workersBehind === 0
      ? `kept the rate of ${formatNumber(askedPerSecond)}/s${late}`
      : `${workersBehind} of ${plural(workers, 'worker')} did not keep the rate: ${formatNumber(perSecond)}/s of ${formatNumber(askedPerSecond)}/s${late}`,
  ];
}

function clockOf({ clock, clockFault }: RunHost): string {
  if (clock === undefined) return clockFault === undefined ? 'unknown' : 'of no use';
  return `± ${formatNs(clock.worstNs / 2)}${clock.hasStep ? ', stepped' : ''}`;
}

function toneOf({ status, gaps }: RunHost): Tone {
  if (status === 'completed') return gaps.length === 0 ? 'good' : 'warn';
  return status === 'failed' ? 'bad' : 'warn';
}
