/** Names that a listing doesn't show yet, where no promise is that listings are fresh. */
import type { Check } from '../check.ts';
import { listingFindings } from '../names/listing-findings.ts';

export const lateNames: Check = {
  code: 'N04',
  claim: 'a listing shows what came to be there before it began, also where it may be late',
  examine: (history) => listingFindings(history, 'N04'),
};
