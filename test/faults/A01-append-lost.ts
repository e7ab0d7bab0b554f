/** Appends are acknowledged and never done. */
import { changedAppends, type Fault } from './fault.ts';

export const appendLost: Fault = {
  code: 'A01',
  name: 'append lost',
  workload: { arenas: { own: 1, append: 3 } },
  decorate: (operations, options) => changedAppends(operations, options, ({ bytes }) => bytes.length),
};
