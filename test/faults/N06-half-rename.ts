/** A rename gives a file its new name and leaves it the old one. */
import { momentsOf, type Fault } from './fault.ts';

export const halfRename: Fault = {
  code: 'N06',
  name: 'half rename',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      rename(from, to) {
        if (!moments.isNow()) return operations.rename(from, to);
        try {
          operations.link(from, to);
        } catch {
          operations.rename(from, to);
        }
      },
    };
  },
};
