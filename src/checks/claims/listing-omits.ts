/** Whatever comes and goes in a folder, its listing has what was there throughout. */
import type { Check } from '../check.ts';
import { listingFindings } from '../names/listing-findings.ts';

export const omittedNames: Check = {
  code: 'N01',
  claim: 'every listing has every name that was there throughout',
  examine: (history) => listingFindings(history, 'N01'),
};
