/** One append adds its bytes once: a client that asks again must not add them again. */
import { appendFindings } from '../arenas/append/append-findings.ts';
import type { Check } from '../check.ts';

export const appendsDuplicated: Check = {
  code: 'A03',
  claim: 'no append is in the file twice',
  examine: (history) => appendFindings(history, 'A03'),
};
