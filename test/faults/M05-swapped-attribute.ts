/** A file gets the extended attribute that was set on the one before it. */
import { changedCalls, labelled } from './calls.ts';
import { momentsOf, type Fault } from './fault.ts';

export const swappedAttribute: Fault = {
  code: 'M05',
  name: 'swapped attribute',
  call: 'setxattr',
  workload: labelled,
  decorate(operations, options) {
    const moments = momentsOf(options);
    let last: { readonly path: string; readonly value: Uint8Array } | undefined;
    return changedCalls(operations, (calls) => ({
      setxattr(path, value) {
        const isOther = last !== undefined && last.path !== path;
        calls.setxattr(path, isOther && moments.isNow() ? (last?.value ?? value) : value);
        last = { path, value };
      },
    }));
  },
};
