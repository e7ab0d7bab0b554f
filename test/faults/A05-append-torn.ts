/** Only the first half of an append arrives. */
import { changedAppends, type Fault } from './fault.ts';

export const appendTorn: Fault = {
  code: 'A05',
  name: 'append torn',
  workload: { arenas: { own: 1, append: 3 } },
  decorate: (operations, options) =>
    changedAppends(operations, options, ({ bytes, append }) => {
      append(bytes.subarray(0, Math.ceil(bytes.length / 2)));
      return bytes.length;
    }),
};
