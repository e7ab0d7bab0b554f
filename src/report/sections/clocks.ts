/** How well each host's clock is known: what the report says about order between hosts rests on it. */
import type { Run, RunHost } from '../../model/run.ts';
import { foldHosts } from '../fold.ts';
import { formatNs } from '../format.ts';
import type { Row, Section } from '../section.ts';

export const clocksSection: Section = {
  id: 'clocks',
  title: 'Clocks',
  blocks(run) {
    const reached = run.hosts.filter((host) => host.clock !== undefined || host.facts !== undefined);
    if (reached.length === 0) return [];
    return [
      { kind: 'text', tone: reached.every(isSound) ? 'plain' : 'warn', paragraphs: [conclusionOf(reached)] },
      {
        kind: 'table',
        caption: "Bounds on each host's clock against the controller's, worst first",
        isFolded: true,
        columns: [
          { title: 'Host', align: 'left' },
          { title: 'Known to', align: 'right' },
          { title: 'At its best', align: 'right' },
          { title: 'Width of the worst bound', align: 'right' },
          { title: 'Steps', align: 'left' },
        ],
        rows: reached.toSorted((a, b) => rank(b) - rank(a) || a.index - b.index).map((host) => rowOf(host)),
      },
    ];
  },
};

function isSound({ clock }: RunHost): boolean {
  return clock !== undefined && !clock.hasStep;
}

/** Unknown is worse than stepped, stepped worse than wide. */
function rank({ clock }: RunHost): number {
  if (clock === undefined) return Infinity;
  return clock.hasStep ? Number.MAX_VALUE : clock.worstNs;
}

function conclusionOf(hosts: Run['hosts']): string {
  const known = hosts.filter((host) => isSound(host)).toSorted((a, b) => rank(b) - rank(a));
  const [worst, second] = known;
  const stepped = hosts.filter(({ clock }) => clock?.hasStep === true).map(({ name }) => name);
  const unknown = hosts.filter(({ clock }) => clock === undefined).map(({ name }) => name);
  const apart = (worst?.clock?.worstNs ?? 0) / 2 + (second?.clock?.worstNs ?? 0) / 2;
  return [
    worst === undefined
      ? "No host's clock is known, so no two hosts' operations can be put in order."
      : `Two operations of different hosts can be put in order where they lie ${formatNs(apart)} or more apart; the widest bound is that of ${worst.name}.`,
    stepped.length === 0 ? 'No clock stepped.' : `The clock stepped, or the host was suspended: ${foldHosts(stepped)}.`,
    ...(unknown.length === 0 ? [] : [`Never measured: ${foldHosts(unknown)}.`]),
  ].join(' ');
}

function rowOf({ name, clock }: RunHost): Row {
  if (clock === undefined) return { cells: [name, 'unknown', '-', '-', '-'], tone: 'warn' };
  const { bestNs, worstNs, hasStep } = clock;
  return {
    cells: [
      name,
      `± ${formatNs(worstNs / 2)}`,
      `± ${formatNs(bestNs / 2)}`,
      formatNs(worstNs),
      hasStep ? 'stepped' : 'none',
    ],
    tone: hasStep ? 'warn' : 'plain',
  };
}
