/** Who appends after an answer comes behind what was answered. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';

export const appendsReordered: Check = {
  code: 'A04',
  claim: 'the appends of a worker are in its order',
  examine: (history) => appendFindings(history, 'A04'),
};
