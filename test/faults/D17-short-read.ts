/** A read stops in the middle of a file. */
import { momentsOf, type Fault } from './fault.ts';

export const shortRead: Fault = {
  code: 'D17',
  name: 'short read',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      read(fd, buffer, offset, length, position) {
        const isStruck = operations.fsize(fd) > position + 1 && moments.isNow();
        const most = isStruck ? Math.ceil(Math.min(length, operations.fsize(fd) - position) / 2) : length;
        return operations.read(fd, buffer, offset, most, position);
      },
    };
  },
};
