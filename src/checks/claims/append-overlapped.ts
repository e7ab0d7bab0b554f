/** Each append goes behind all that is there: no two share a byte. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';

export const appendsOverlapped: Check = {
  code: 'A02',
  claim: 'no append lies over another',
  examine: (history) => appendFindings(history, 'A02'),
};
