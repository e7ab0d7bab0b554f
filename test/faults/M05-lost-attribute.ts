/** An extended attribute is set, acknowledged, and as it was. */
import { changedCalls, labelled } from './calls.ts';
import { momentsOf, type Fault } from './fault.ts';

export const lostAttribute: Fault = {
  code: 'M05',
  name: 'lost attribute',
  call: 'setxattr',
  workload: labelled,
  decorate(operations, options) {
    const moments = momentsOf(options);
    return changedCalls(operations, (calls) => ({
      setxattr(path, value) {
        if (!moments.isNow()) calls.setxattr(path, value);
      },
    }));
  },
};
