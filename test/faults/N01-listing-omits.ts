/** A listing lacks one of its entries. */
import type { Fault } from './fault.ts';
import { changedListings } from './listings.ts';

export const listingOmits: Fault = {
  code: 'N01',
  name: 'listing omits an entry',
  decorate: (operations, options) =>
    changedListings(operations, options, (entries, { random }) => entries.toSpliced(random.below(entries.length), 1)),
};
