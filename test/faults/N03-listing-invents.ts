/** A listing has a name that is nowhere. */
import type { Fault } from './fault.ts';
import { changedListings } from './listings.ts';

export const listingInvents: Fault = {
  code: 'N03',
  name: 'listing invents an entry',
  decorate: (operations, options) =>
    changedListings(operations, options, (entries) => [
      ...entries,
      { name: Buffer.from('f997'), isFile: true, isDirectory: false },
    ]),
};
