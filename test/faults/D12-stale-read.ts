/** What another worker changed long ago is read as it was. */
import { fewFiles, type Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const staleRead: Fault = {
  code: 'D12',
  name: 'stale read',
  workload: fewFiles,
  decorate: (operations, options) => oldReads(operations, options, 'others'),
};
