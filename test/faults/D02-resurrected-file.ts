/** A removal is acknowledged and never done. */
import { momentsOf, type Fault } from './fault.ts';

export const resurrectedFile: Fault = {
  code: 'D02',
  name: 'resurrected file',
  decorate(operations, options) {
    const moments = momentsOf(options);
    return {
      ...operations,
      unlink(path) {
        if (!moments.isNow()) operations.unlink(path);
      },
    };
  },
};
