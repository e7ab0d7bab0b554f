/** What an append acknowledged is in the file: logs stand on it. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';

export const appendsLost: Check = {
  code: 'A01',
  claim: 'every acknowledged append is in the file',
  examine: (history) => appendFindings(history, 'A01'),
};
