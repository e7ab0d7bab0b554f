/** What another worker changed long ago is read as it was. */
import type { Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const staleRead: Fault = {
  code: 'D12',
  name: 'stale read',
  isOfFewFiles: true,
  decorate: (operations, options) => oldReads(operations, options, 'others'),
};
