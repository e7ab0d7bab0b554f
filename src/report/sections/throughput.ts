/** How fast it went over time, with the phases, the errors, and how many hosts took part at each moment. */
import { agentPhases } from '../../model/protocol.ts';
import type { Run, TimelineStep } from '../../model/run.ts';
import { formatCount, formatMs, formatNumber, plural } from '../format.ts';
import type { Band, Panel, Section, TableBlock } from '../section.ts';

export const throughputSection: Section = {
  id: 'throughput',
  title: 'Throughput over time',
  blocks(run) {
    if (run.timeline.length === 0) return [];
    const bands = bandsOf(run);
    return [{ kind: 'chart', title: conclusionOf(run, bands), panels: panelsOf(run), bands }, phaseTable(bands)];
  },
};

function panelsOf({ timeline }: Run): readonly Panel[] {
  const series = (name: string, pick: (step: TimelineStep) => number): Panel['series'] => ({
    name,
    points: timeline.map((step) => [step.startMs / 1000, pick(step)] as const),
  });
  const hasErrors = timeline.some((step) => step.errorsPerSecond > 0);
  const errors: Panel = {
    label: 'Errors/s',
    look: 'errors',
    series: series('Errors/s', (step) => step.errorsPerSecond),
  };
  return [
    { label: 'Operations/s', look: 'area', series: series('Operations/s', (step) => step.operationsPerSecond) },
    ...(hasErrors ? [errors] : []),
    { label: 'Hosts', look: 'steps', series: series('Hosts', (step) => step.hosts) },
  ];
}

/** A phase lasts from its first host's start to its last host's end. */
function bandsOf({ hosts }: Run): readonly Band[] {
  return agentPhases.flatMap((phase) => {
    const spans = hosts.flatMap((host) => host.phases.filter((span) => span.phase === phase));
    if (spans.length === 0) return [];
    const from = spans.reduce((least, span) => Math.min(least, span.startMs), Infinity) / 1000;
    const to = spans.reduce((most, span) => Math.max(most, span.endMs), -Infinity) / 1000;
    return [{ label: phase, from, to }];
  });
}

/** The mean is taken over steps that lie in stress as a whole; the first and last ones are partly idle. */
function conclusionOf(run: Run, bands: readonly Band[]): string {
  const stress = bands.find((band) => band.label === 'stress');
  const inside = run.timeline.filter(
    ({ startMs }) => stress !== undefined && startMs / 1000 >= stress.from && startMs / 1000 + 1 <= stress.to,
  );
  const steps = inside.length === 0 ? run.timeline : inside;
  const rates = steps.map((step) => step.operationsPerSecond);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const peak = rates.reduce((most, rate) => Math.max(most, rate), 0);
  const hosts = run.timeline.map((step) => step.hosts);
  const most = hosts.reduce((a, b) => Math.max(a, b), 0);
  const least = steps.reduce((a, step) => Math.min(a, step.hosts), Infinity);
  const errors = run.timeline.filter((step) => step.errorsPerSecond > 0).length;
  const crew = least < most ? `${formatCount(least)} to ${plural(most, 'host')}` : plural(most, 'host');
  const trouble =
    errors === 0 ? 'no errors' : `errors in ${formatCount(errors)} of ${plural(run.timeline.length, 'step')}`;
  return `${formatNumber(mean)} operations/s on average in stress, ${formatNumber(peak)} at best, by ${crew}; ${trouble}.`;
}

function phaseTable(bands: readonly Band[]): TableBlock {
  return {
    kind: 'table',
    caption: 'Phases, from the first host that began to the last that ended',
    columns: [
      { title: 'Phase', align: 'left' },
      { title: 'Began after', align: 'right' },
      { title: 'Ended after', align: 'right' },
      { title: 'Lasted', align: 'right' },
    ],
    rows: bands.map(({ label, from, to }) => ({
      cells: [label, formatMs(1000 * from), formatMs(1000 * to), formatMs(1000 * (to - from))],
      tone: 'plain',
    })),
  };
}
