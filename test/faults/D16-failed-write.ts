/** A write is done, and then returns an error. */
import { constants } from 'node:os';
import { momentsOf, type Fault } from './fault.ts';

export const failedWriteVisible: Fault = {
  code: 'D16',
  name: 'failed write visible',
  causes: { verdict: 'pass', grade: 'allowed' },
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      write(...given) {
        const written = operations.write(...given);
        if (!moments.isNow()) return written;
        throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', errno: -constants.errno.EIO });
      },
    };
  },
};
