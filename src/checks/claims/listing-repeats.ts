/** What was in a folder throughout is in its listing once. */
import type { Check } from '../check.ts';
import { listingFindings } from '../names/listing-findings.ts';

export const repeatedNames: Check = {
  code: 'N02',
  claim: 'no listing has a name twice that was there throughout',
  examine: (history) => listingFindings(history, 'N02'),
};
