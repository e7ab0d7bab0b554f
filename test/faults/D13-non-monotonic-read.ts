/** What has been read new is read old again. */
import { fewFiles, type Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const nonMonotonicRead: Fault = {
  code: 'D13',
  name: 'non monotonic read',
  isOrderUnknown: true,
  workload: fewFiles,
  decorate: (operations, options) => oldReads(operations, options, 'others, seen newer'),
};
