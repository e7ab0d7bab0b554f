/** Half of the reads and writes fail. */
import { constants } from 'node:os';
import { momentsOf, type Fault } from './fault.ts';

export const errorStorm: Fault = {
  code: 'H02',
  name: 'error storm',
  decorate(operations, options) {
    const { random } = momentsOf(options);
    const mayFail = (): void => {
      if (random.below(2) === 0) return;
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', errno: -constants.errno.EIO });
    };
    return {
      ...operations,
      read(...given) {
        mayFail();
        return operations.read(...given);
      },
      write(...given) {
        mayFail();
        return operations.write(...given);
      },
    };
  },
};
