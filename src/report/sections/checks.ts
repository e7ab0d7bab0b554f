/** What was claimed and whether it held: a check that isn't here wasn't made. */
import { nameOfCode } from '../codes.ts';
import { formatCount, plural } from '../format.ts';
import type { CheckRun } from '../../model/run.ts';
import type { Row, Section } from '../section.ts';

export const checksSection: Section = {
  id: 'checks',
  title: 'Checks',
  blocks(run) {
    if (run.checks.length === 0) return [];
    return [
      {
        kind: 'table',
        caption: 'Every check that ran, and what it claims',
        columns: [
          { title: 'Code', align: 'left' },
          { title: 'Looks for', align: 'left' },
          { title: 'Claim', align: 'left' },
          { title: 'Result', align: 'left' },
          { title: 'Findings', align: 'right' },
        ],
        rows: run.checks.map((check) => rowOf(check)),
      },
    ];
  },
};

function rowOf({ code, claim, findings, crashed }: CheckRun): Row {
  const result =
    crashed !== undefined ? `crashed: ${crashed}` : findings > 0 ? plural(findings, 'finding') : 'held on the evidence';
  return {
    cells: [code, nameOfCode(code), claim, result, crashed === undefined ? formatCount(findings) : '-'],
    tone: crashed !== undefined ? 'warn' : findings > 0 ? 'bad' : 'good',
  };
}
