/** What was asked of the run's figures, and what they were. */
import { figureText, type JudgedExpectation } from '../../model/expectation.ts';
import type { Section, Tone } from '../section.ts';

export const expectationsSection: Section = {
  id: 'expectations',
  title: 'Expectations',
  blocks({ expectations = [] }) {
    if (expectations.length === 0) return [];
    return [
      {
        kind: 'table',
        caption: 'What was asked of the run (--expect), and what was found',
        columns: [
          { title: 'Asked', align: 'left', isMono: true },
          { title: 'Found', align: 'right' },
          { title: 'Outcome', align: 'left' },
          { title: 'Why', align: 'left' },
        ],
        rows: expectations.map(({ asked, found, unit, outcome, why }) => ({
          cells: [asked, found === null ? '-' : figureText(found, unit), outcome, why ?? '-'],
          tone: tones[outcome],
        })),
      },
    ];
  },
};

const tones: Readonly<Record<JudgedExpectation['outcome'], Tone>> = { met: 'good', missed: 'bad', unknown: 'warn' };
