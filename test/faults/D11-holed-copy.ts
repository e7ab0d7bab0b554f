/** A copy has the right size, and holes where the data of its source should be. */
import { constants } from 'node:fs';
import { momentsOf, type Fault } from './fault.ts';

export const holedCopy: Fault = {
  code: 'D11',
  name: 'holed copy',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      copy(from, to) {
        operations.copy(from, to);
        if (!moments.isNow()) return;
        const fd = operations.open(to, constants.O_WRONLY);
        const bytes = operations.fsize(fd);
        operations.ftruncate(fd, 0);
        operations.ftruncate(fd, bytes);
        operations.close(fd);
      },
    };
  },
};
