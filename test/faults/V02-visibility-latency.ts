/** Another host's changes are not seen, on a mount that says that it may be late and has no caches. */
import { fewFiles, type Fault } from './fault.ts';
import { oldReads } from './old-reads.ts';

export const visibilityLatency: Fault = {
  code: 'V02',
  name: 'visibility latency',
  causes: { verdict: 'pass', grade: 'suspect' },
  besides: ['D12', 'D13'],
  workload: { ...fewFiles, consistency: 'eventual' },
  decorate: (operations, options) => oldReads(operations, options, 'others'),
};
