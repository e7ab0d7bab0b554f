/** What each agent said of itself while it worked: whether a slow host was busy, out of memory, or waiting for the storage. */
import type { Run, RunHost, Stretch } from '../../model/run.ts';
import { bandsOf, endOf } from '../bands.ts';
import { formatBytes, formatCount, formatMs, formatNumber, formatUs, plural } from '../format.ts';
import type { Row, Section, TableBlock, VitalsBlock } from '../section.ts';
import { worstFirst } from '../worst-first.ts';

/** Hosts with a chart; the table has all of them. */
const maxCharts = 16;

/** Rows of the twin for one host. */
const maxRows = 8;

export const vitalsSection: Section = {
  id: 'vitals',
  title: 'Heartbeats',
  blocks(run) {
    const told = worstFirst(run).flatMap((host) => {
      const vitals = host.vitals ?? [];
      return vitals.length === 0 ? [] : [{ host, vitals }];
    });
    if (told.length === 0) return [];
    const bands = bandsOf(run);
    const drawn = told.slice(0, maxCharts);
    return [
      {
        kind: 'vitals',
        title: conclusionOf(told),
        seconds: endOf(bands),
        bands,
        hosts: chartsOf(drawn),
        twin: twinOf(drawn),
      },
      summaryOf(told, run),
    ];
  },
};

interface Told {
  readonly host: RunHost;
  readonly vitals: readonly Stretch[];
}

function conclusionOf(told: readonly Told[]): string {
  const waits = told.flatMap(({ host, vitals }) =>
    vitals.flatMap(({ oldest }) => (oldest === undefined ? [] : [{ host: host.name, ...oldest }])),
  );
  const longest = waits.reduce<(typeof waits)[number] | undefined>(
    (most, one) => (most === undefined || one.ageMs > most.ageMs ? one : most),
    undefined,
  );
  const cpu = told.reduce(
    (most, { vitals }) =>
      Math.max(
        most,
        mostOf(vitals, (one) => one.cpuPercentMax),
      ),
    0,
  );
  const busy = `agents took at most ${formatCount(cpu)} % of one CPU`;
  return longest === undefined
    ? `No operation was ever seen under way; ${busy}.`
    : `The longest operation that a heartbeat saw under way was a ${longest.operation} on ${longest.host}, for ${formatUs(1000 * longest.ageMs)}; ${busy}.`;
}

/** What is drawn of a host, a row each. */
const figures: readonly {
  readonly label: string;
  readonly pick: (one: Stretch) => number;
  readonly format: (value: number) => string;
}[] = [
  { label: 'ops/s', pick: (one) => one.operationsPerSecondMax, format: formatNumber },
  { label: 'in flight', pick: (one) => one.oldest?.ageMs ?? 0, format: (ms) => formatUs(1000 * ms) },
  { label: 'CPU', pick: (one) => one.cpuPercentMax, format: (percent) => `${formatCount(percent)} %` },
  { label: 'memory', pick: (one) => one.rssBytesMax, format: formatBytes },
  { label: 'load', pick: (one) => one.loadAverageMax, format: formatNumber },
];

function chartsOf(drawn: readonly Told[]): VitalsBlock['hosts'] {
  const scales = figures.map(({ pick }) => drawn.reduce((most, { vitals }) => Math.max(most, mostOf(vitals, pick)), 0));
  return drawn.map(({ host, vitals }) => {
    const rows = figures.map(({ label, pick, format }, at) => ({
      label,
      most: format(mostOf(vitals, pick)),
      scale: scales[at] ?? 1,
      points: vitals.map((one) => [one.startMs / 1000, pick(one)] as const),
      isTrouble: label === 'in flight',
    }));
    const said = rows.map(({ label, most }) => `${label} ${most}`).join(', ');
    return { name: host.name, title: `${host.name}, at most: ${said}`, rows };
  });
}

function mostOf(vitals: readonly Stretch[], pick: (one: Stretch) => number): number {
  return vitals.reduce((most, one) => Math.max(most, pick(one)), 0);
}

function summaryOf(told: readonly Told[], run: Run): TableBlock {
  const cpus = new Map(run.hosts.map(({ name, facts }) => [name, facts?.cpus]));
  return {
    kind: 'table',
    caption: `What the agents of ${plural(told.length, 'host')} said of themselves, at most`,
    isFolded: true,
    columns: [
      { title: 'Host', align: 'left' },
      { title: 'Operations/s', align: 'right' },
      { title: 'CPU of the agent', align: 'right' },
      { title: 'CPUs', align: 'right' },
      { title: 'Memory of the agent', align: 'right' },
      { title: 'Load', align: 'right' },
      { title: 'Longest in flight', align: 'right' },
      { title: 'Which was', align: 'left' },
    ],
    rows: told.map(({ host, vitals }) => {
      const slowest = slowestOf(vitals);
      return {
        cells: [
          host.name,
          formatNumber(mostOf(vitals, (one) => one.operationsPerSecondMax)),
          `${formatCount(mostOf(vitals, (one) => one.cpuPercentMax))} %`,
          String(cpus.get(host.name) ?? '-'),
          formatBytes(mostOf(vitals, (one) => one.rssBytesMax)),
          formatNumber(mostOf(vitals, (one) => one.loadAverageMax)),
          slowest?.oldest === undefined ? '-' : formatUs(1000 * slowest.oldest.ageMs),
          slowest?.oldest === undefined ? '-' : `a ${slowest.oldest.operation} in ${slowest.phase ?? 'no phase'}`,
        ],
        tone: 'plain',
      };
    }),
  };
}

function slowestOf(vitals: readonly Stretch[]): Stretch | undefined {
  return vitals.reduce<Stretch | undefined>(
    (most, one) => ((one.oldest?.ageMs ?? -1) > (most?.oldest?.ageMs ?? -1) ? one : most),
    undefined,
  );
}

function twinOf(told: readonly Told[]): TableBlock {
  return {
    kind: 'table',
    caption: 'The same numbers, stretch by stretch',
    columns: [
      { title: 'Host', align: 'left' },
      { title: 'From', align: 'right' },
      { title: 'Phase', align: 'left' },
      { title: 'Operations/s', align: 'right' },
      { title: 'CPU, %', align: 'right' },
      { title: 'Memory', align: 'right' },
      { title: 'Load', align: 'right' },
      { title: 'Longest in flight', align: 'right' },
    ],
    rows: told.flatMap(({ host, vitals }) => rowsOf(host.name, vitals)),
  };
}

/** Neighbours are joined until a host has few enough rows, with the extremes of all of them. */
function rowsOf(host: string, vitals: readonly Stretch[]): readonly Row[] {
  const size = Math.max(1, Math.ceil(vitals.length / maxRows));
  const rows: Row[] = [];
  for (let at = 0; at < vitals.length; at += size) {
    const joined = vitals.slice(at, at + size);
    const least = joined.reduce((low, one) => Math.min(low, one.operationsPerSecondMin), Infinity);
    const most = mostOf(joined, (one) => one.operationsPerSecondMax);
    const wait = mostOf(joined, (one) => one.oldest?.ageMs ?? 0);
    rows.push({
      cells: [
        host,
        formatMs(joined[0]?.startMs ?? 0),
        joined.find(({ phase }) => phase !== undefined)?.phase ?? '-',
        least === most ? formatNumber(most) : `${formatNumber(least)} – ${formatNumber(most)}`,
        formatCount(mostOf(joined, (one) => one.cpuPercentMax)),
        formatBytes(mostOf(joined, (one) => one.rssBytesMax)),
        formatNumber(mostOf(joined, (one) => one.loadAverageMax)),
        wait === 0 ? '-' : formatUs(1000 * wait),
      ],
      tone: 'plain',
    });
  }
  return rows;
}
