/** An append is sent again, though it was done. */
import { changedAppends, type Fault } from './fault.ts';

export const appendDuplicated: Fault = {
  code: 'A03',
  name: 'append duplicated',
  workload: { arenas: { own: 1, append: 3 } },
  decorate: (operations, options) =>
    changedAppends(operations, options, ({ bytes, append }) => {
      append(bytes);
      return append(bytes);
    }),
};
