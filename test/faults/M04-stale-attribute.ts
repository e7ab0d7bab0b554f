/** A look at a file that this host doesn't change shows no extended attribute where there is one. */
import { changedCalls, labelled } from './calls.ts';
import { momentsOf, type Fault } from './fault.ts';

export const staleAttribute: Fault = {
  code: 'M04',
  name: 'stale attribute',
  call: 'setxattr',
  workload: labelled,
  decorate(operations, options) {
    const moments = momentsOf(options);
    const own = new Set<string>();
    return changedCalls(operations, (calls) => ({
      setxattr(path, value) {
        own.add(path);
        calls.setxattr(path, value);
      },
      getxattr(path) {
        const value = calls.getxattr(path);
        return value !== undefined && !own.has(path) && moments.isNow() ? undefined : value;
      },
    }));
  },
};
