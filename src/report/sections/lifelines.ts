/** Who did what when: who came late, who finished last and what that cost, where a host fell silent. */
import type { Run, RunHost } from '../../model/run.ts';
import type { Window, Windows } from '../../model/windows.ts';
import { bandsOf, endOf } from '../bands.ts';
import { formatBytes, formatCount, formatMs, formatNumber, formatPercent } from '../format.ts';
import type { Block, LifelinesBlock, Row, Section, TableBlock } from '../section.ts';
import { worstFirst } from '../worst-first.ts';

/** Lanes that are drawn; the table has every host. */
const maxLanes = 40;

export const lifelinesSection: Section = {
  id: 'lifelines',
  title: 'Lifelines',
  blocks(run) {
    const alive = worstFirst(run).filter(({ phases }) => phases.length > 0);
    if (alive.length === 0) return [];
    const lanes = alive.slice(0, maxLanes);
    return [
      {
        kind: 'lifelines',
        title: conclusionOf(alive, lanes.length),
        seconds: endOf(bandsOf(run)),
        lanes: lanes.map((host) => laneOf(host)),
        twin: twinOf(alive),
      },
      ...(run.windows === undefined ? [] : windowBlocks(run.windows)),
    ];
  },
};

function conclusionOf(hosts: readonly RunHost[], drawn: number): string {
  const ends = hosts.flatMap(({ name, phases }) =>
    phases.filter(({ phase }) => phase === 'stress').map(({ endMs }) => ({ name, endMs })),
  );
  const sorted = ends.toSorted((a, b) => a.endMs - b.endMs);
  const [first, last] = [sorted[0], sorted.at(-1)];
  const rest =
    drawn < hosts.length ? ` Drawn are the worst ${formatCount(drawn)} of ${formatCount(hosts.length)}.` : '';
  if (first === undefined || last === undefined) return `No host came as far as stress.${rest}`;
  if (first === last) return `${first.name} alone went through stress, until ${formatMs(first.endMs)}.${rest}`;
  const tail = last.endMs - first.endMs;
  return `${first.name} finished stress first, after ${formatMs(first.endMs)}; ${last.name} last, ${formatMs(tail)} later.${rest}`;
}

function laneOf({ name, status, reason, phases }: RunHost): LifelinesBlock['lanes'][number] {
  return {
    name,
    bars: phases.map(({ phase, startMs, endMs, end }) => ({
      phase,
      from: startMs / 1000,
      to: endMs / 1000,
      tip: `${name}, ${phase}: ${formatMs(endMs - startMs)}, ${end}`,
    })),
    end: status === 'completed' ? '' : `${name} ${status}${reason === undefined ? '' : `: ${reason}`}`,
  };
}

function twinOf(hosts: readonly RunHost[]): TableBlock {
  const phases = [
    'setup',
    'meet',
    'stress',
    'verify',
    'teardown',
  ] as const satisfies readonly Run['hosts'][number]['phases'][number]['phase'][];
  return {
    kind: 'table',
    caption: 'The same as a table: when each phase of each host began and ended',
    columns: [
      { title: 'Host', align: 'left' },
      { title: 'Status', align: 'left' },
      ...phases.map((phase) => ({ title: `${phase}, s`, align: 'right' }) as const),
    ],
    rows: hosts.map((host) => ({
      cells: [
        host.name,
        host.status,
        ...phases.map((phase) => {
          const span = host.phases.find((one) => one.phase === phase);
          return span === undefined
            ? '-'
            : `${(span.startMs / 1000).toFixed(2)} – ${(span.endMs / 1000).toFixed(2)}${span.end === 'completed' ? '' : ` (${span.end})`}`;
        }),
      ],
      tone: host.status === 'completed' ? 'plain' : 'warn',
    })),
  };
}

/** Rates that can be compared are those of the steady window; the whole is what somebody waited for. */
function windowBlocks(windows: Windows): readonly Block[] {
  const { whole, steady } = windows;
  return [
    { kind: 'text', tone: 'plain', paragraphs: windowSentences(windows) },
    {
      kind: 'table',
      caption: 'Stress: the time in which all hosts were at it, beside the whole',
      columns: [
        { title: 'Window', align: 'left' },
        ...['From', 'To', 'Lasted', 'Operations/s', 'Errors/s', 'Data/s'].map(
          (title) => ({ title, align: 'right' }) as const,
        ),
      ],
      rows: [
        ...(steady === undefined ? [] : [windowRow('steady: all hosts', steady)]),
        windowRow('whole: first start to last end', whole),
      ],
    },
  ];
}

function windowSentences({ whole, steady, overlapShare, lastDone, tailMs, withoutLast }: Windows): readonly string[] {
  const lengthMs = whole.endMs - whole.startMs;
  const overlap =
    steady === undefined
      ? 'There was no time in which all hosts were under stress together: rates are those of each host alone, added up.'
      : `All hosts were under stress together for ${formatMs(steady.endMs - steady.startMs)}, ${formatPercent(overlapShare, 1)} of the whole; rates are of that time.`;
  if (withoutLast === undefined) return [overlap];
  const saved =
    withoutLast.savedMs > 0
      ? ` Without ${withoutLast.host} the stress would have taken ${formatMs(withoutLast.tookMs)} instead of ${formatMs(lengthMs)}.`
      : '';
  return [overlap, `${lastDone.host} was done ${formatMs(tailMs)} after the first.${saved}`];
}

function windowRow(
  name: string,
  { startMs, endMs, operationsPerSecond, errorsPerSecond, bytesPerSecond }: Window,
): Row {
  return {
    cells: [
      name,
      formatMs(startMs),
      formatMs(endMs),
      formatMs(endMs - startMs),
      formatNumber(operationsPerSecond),
      formatNumber(errorsPerSecond),
      bytesPerSecond === 0 ? '-' : `${formatBytes(bytesPerSecond)}/s`,
    ],
    tone: 'plain',
  };
}
