/** How well each host's clock is known: what the report says about order between hosts rests on it. */
import type { ClockStep, Run, RunClock, RunHost } from '../../model/run.ts';
import { foldHosts } from '../fold.ts';
import { formatMs, formatNs, plural } from '../format.ts';
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
  const known = hosts
    .filter(({ clock }) => clock !== undefined)
    .toSorted((a, b) => (b.clock?.worstNs ?? 0) - (a.clock?.worstNs ?? 0));
  const [worst, second] = known;
  const stepped = known.filter(({ clock }) => clock?.hasStep === true).map(({ name }) => name);
  const faulty = hosts.filter(({ clockFault }) => clockFault !== undefined).map(({ name }) => name);
  const unknown = hosts.filter(({ clock, clockFault }) => (clock ?? clockFault) === undefined).map(({ name }) => name);
  const apart = (worst?.clock?.worstNs ?? 0) + (second?.clock?.worstNs ?? 0);
  return [
    worst === undefined
      ? "No host's clock is known, so no two hosts' operations can be put in order."
      : `Two operations of different hosts can be put in order where they lie ${formatNs(apart)} or more apart; the widest bound is that of ${worst.name}.`,
    stepped.length === 0
      ? 'No clock stepped.'
      : `The clock stepped, or the host was suspended: ${foldHosts(stepped)}; each stretch between is compared by itself.`,
    ...(isOurs(known)
      ? ['All of them stepped alike: it was the clock of the controller, or the controller was suspended.']
      : []),
    ...(faulty.length === 0
      ? []
      : [`Of no use, so that no time there was compared with any other: ${foldHosts(faulty)}.`]),
    ...(unknown.length === 0 ? [] : [`Never measured: ${foldHosts(unknown)}.`]),
  ].join(' ');
}

/** Two hosts that step at one moment by one amount are one too many. */
function isOurs(hosts: readonly RunHost[]): boolean {
  const [first = [], ...others] = hosts.map(({ clock }) => clock?.steps ?? []);
  return others.length > 0 && first.some((step) => others.every((steps) => steps.some((other) => isSame(step, other))));
}

function isSame(a: ClockStep, b: ClockStep): boolean {
  const isAtOnce = a.startMs <= b.endMs && b.startMs <= a.endMs;
  return isAtOnce && a.aheadNsMin <= b.aheadNsMax && b.aheadNsMin <= a.aheadNsMax;
}

function rowOf({ name, clock, clockFault }: RunHost): Row {
  if (clock === undefined) return { cells: [name, 'unknown', '-', '-', clockFault ?? '-'], tone: 'warn' };
  const { bestNs, worstNs, hasStep } = clock;
  return {
    cells: [name, `± ${formatNs(worstNs / 2)}`, `± ${formatNs(bestNs / 2)}`, formatNs(worstNs), stepsOf(clock)],
    tone: hasStep ? 'warn' : 'plain',
  };
}

/** The rest is in run.json. */
const maxNamed = 3;

function stepsOf({ hasStep, steps = [], stepCount = steps.length }: RunClock): string {
  if (!hasStep) return 'none';
  const named = steps.slice(0, maxNamed).map((step) => stepText(step));
  const left = stepCount - named.length;
  return named.length === 0 ? 'stepped' : [...named, ...(left > 0 ? [plural(left, 'more step')] : [])].join('; ');
}

function stepText({ startMs, endMs, aheadNsMin, aheadNsMax }: ClockStep): string {
  const way = aheadNsMin > 0 ? 'ahead' : 'behind';
  const sizes = [Math.abs(aheadNsMin), Math.abs(aheadNsMax)].sort((a, b) => a - b).map((ns) => formatNs(ns));
  return `${way} by ${[...new Set(sizes)].join(' to ')}, between ${formatMs(startMs)} and ${formatMs(endMs)}`;
}
