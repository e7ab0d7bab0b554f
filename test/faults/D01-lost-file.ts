/** A file is created and acknowledged, and its name is gone behind everybody's back. */
import { momentsOf, tracked, type Fault } from './fault.ts';

export const lostFile: Fault = {
  code: 'D01',
  name: 'lost file',
  decorate(operations, options) {
    const { tracked: inner, fileOf } = tracked(operations);
    const moments = momentsOf(options);
    return {
      ...inner,
      close(fd) {
        const file = fileOf(fd);
        inner.close(fd);
        if (file?.isNew === true && moments.isNow()) operations.unlink(file.path);
      },
    };
  },
};
