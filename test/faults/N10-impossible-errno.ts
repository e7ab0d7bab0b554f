/** A free name is called taken. */
import { constants } from 'node:fs';
import { momentsOf, type Fault } from './fault.ts';

export const impossibleErrno: Fault = {
  code: 'N10',
  name: 'impossible errno',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      open(path, flags, mode) {
        if ((flags & constants.O_EXCL) !== 0 && moments.isNow()) {
          throw Object.assign(new Error('EEXIST'), { errno: -17, code: 'EEXIST' });
        }
        return operations.open(path, flags, mode);
      },
    };
  },
};
