/** A listing has nothing that wasn't there at any time while it was made. */
import type { Check } from '../check.ts';
import { listingFindings } from '../names/listing-findings.ts';

export const inventedNames: Check = {
  code: 'N03',
  claim: 'no listing has a name that was certainly not there',
  examine: (history) => listingFindings(history, 'N03'),
};
