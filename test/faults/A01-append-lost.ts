/** Appends are acknowledged and never done. */
import { changedAppends, type Fault } from './fault.ts';

export const appendLost: Fault = {
  code: 'A01',
  name: 'append lost',
  arena: 'append',
  decorate: (operations, options) => changedAppends(operations, options, ({ bytes }) => bytes.length),
};
