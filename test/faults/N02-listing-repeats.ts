/** A listing begins again before its end. */
import type { Fault } from './fault.ts';
import { changedListings } from './listings.ts';

export const listingRepeats: Fault = {
  code: 'N02',
  name: 'listing repeats an entry',
  decorate: (operations, options) =>
    changedListings(operations, options, (entries) => [...entries, ...entries.slice(0, 1)]),
};
