/** Who shares a lock may read in peace: nobody writes until all have let go. */
import type { Check } from '../check.ts';
import { lockFindings } from '../arenas/locks/lock-findings.ts';

export const sharedAndExclusive: Check = {
  code: 'L02',
  claim: 'nobody holds a lock alone while another shares it',
  examine: (history) => lockFindings(history, 'L02'),
};
