/** Requests of a bench over time, with the users that made them. */
import type { BenchStep } from '../../model/bench.ts';
import { formatNumber, plural } from '../format.ts';
import type { Panel, Section } from '../section.ts';

export const loadSection: Section = {
  id: 'load',
  title: 'Requests over time',
  blocks({ bench }) {
    const steps = bench?.timeline ?? [];
    if (steps.length === 0) return [];
    const most = steps.reduce((best, step) => (step.requestsPerSecond > best.requestsPerSecond ? step : best));
    const failed = steps.filter(({ failedPerSecond }) => failedPerSecond > 0).length;
    const trouble = failed === 0 ? 'no failures' : `failures in ${failed} of ${plural(steps.length, 'step')}`;
    const panel = (name: string, look: Panel['look'], pick: (step: BenchStep) => number): Panel => ({
      label: name,
      unit: '',
      look,
      series: { name, points: steps.map((step) => [step.startMs / 1000, pick(step)] as const) },
    });
    return [
      {
        kind: 'chart',
        title: `At most ${formatNumber(most.requestsPerSecond)} requests/s, with ${plural(most.users, 'user')}; ${trouble}.`,
        panels: [
          panel('Requests/s', 'area', (step) => step.requestsPerSecond),
          ...(failed === 0 ? [] : [panel('Failures/s', 'errors', (step) => step.failedPerSecond)]),
          panel('Users', 'steps', (step) => step.users),
        ],
        bands: [],
        marks: [],
      },
    ];
  },
};
