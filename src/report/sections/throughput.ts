/** How fast it went over time, with the phases, the errors, and how many hosts took part at each moment. */
import type { Run, TimelineStep } from '../../model/run.ts';
import { bandsOf } from '../bands.ts';
import { nameOfCode } from '../codes.ts';
import { groupBy } from '../fold.ts';
import { formatCount, formatMs, formatNumber, plural } from '../format.ts';
import type { Band, Mark, Panel, Section, TableBlock } from '../section.ts';

/** More marks would hide what they mark. */
const maxMarks = 20;

export const throughputSection: Section = {
  id: 'throughput',
  title: 'Throughput',
  blocks(run) {
    if (run.timeline.length === 0) return [];
    const bands = bandsOf(run);
    const chart = { kind: 'chart', panels: panelsOf(run), bands, marks: marksOf(run) } as const;
    return [{ ...chart, title: conclusionOf(run, bands) }, phaseTable(bands)];
  },
};

function panelsOf({ timeline }: Run): readonly Panel[] {
  const panel = (
    name: string,
    { look, unit = '' }: { readonly look: Panel['look']; readonly unit?: string },
    pick: (step: TimelineStep) => number | null,
  ): Panel => ({
    label: unit === '' ? name : `${name}, ${unit}`,
    unit,
    look,
    series: { name, points: timeline.map((step) => [step.startMs / 1000, pick(step)] as const) },
  });
  const hasLatency = timeline.some((step) => typeof step.p99Us === 'number');
  const hasErrors = timeline.some((step) => step.errorsPerSecond > 0);
  const p99 = panel('p99', { look: 'latency', unit: 'ms' }, (step) =>
    typeof step.p99Us === 'number' ? step.p99Us / 1000 : null,
  );
  return [
    panel('Operations/s', { look: 'area' }, (step) => step.operationsPerSecond),
    ...(hasLatency ? [p99] : []),
    ...(hasErrors ? [panel('Errors/s', { look: 'errors' }, (step) => step.errorsPerSecond)] : []),
    panel('Hosts', { look: 'steps' }, (step) => step.hosts),
  ];
}

/** Where a proof ends on the run's time; one a kind of finding. */
function marksOf({ findings, zeroNs }: Run): readonly Mark[] {
  if (zeroNs === undefined) return [];
  const serious = findings.filter(({ grade }) => grade === 'proven' || grade === 'suspect');
  return groupBy(serious, ({ code, grade }) => `${code} ${grade}`)
    .slice(0, maxMarks)
    .flatMap((group) => {
      const ends = group.flatMap(({ witness }) => witness.flatMap(({ endNs }) => (endNs === undefined ? [] : [endNs])));
      const first = group[0];
      if (first === undefined || ends.length === 0) return [];
      const at = (ends.reduce((latest, end) => Math.max(latest, end), -Infinity) - zeroNs) / 1e9;
      return [
        {
          at,
          label: first.code,
          words: `${first.code} ${nameOfCode(first.code)}, ${first.grade}, seen by ${first.host}`,
        },
      ];
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
    isFolded: true,
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
