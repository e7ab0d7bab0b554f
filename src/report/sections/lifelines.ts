/** Who did what when: who came late, who finished last and what that cost, where a host fell silent. */
import type { Run, RunHost } from '../../model/run.ts';
import { bandsOf, endOf } from '../bands.ts';
import { formatCount, formatMs } from '../format.ts';
import type { LifelinesBlock, Section, TableBlock } from '../section.ts';
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
