/** An append is whole: its reader finds its end where its start says. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';

export const appendsTorn: Check = {
  code: 'A05',
  claim: 'every append in the file is whole',
  examine: (history) => appendFindings(history, 'A05'),
};
