/** A truncate is acknowledged and never done. */
import { momentsOf, type Fault } from './fault.ts';

export const sizeMismatch: Fault = {
  code: 'D19',
  name: 'size mismatch',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      ftruncate(fd, bytes) {
        if (operations.fsize(fd) === bytes || !moments.isNow()) operations.ftruncate(fd, bytes);
      },
    };
  },
};
