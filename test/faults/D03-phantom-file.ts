/** Creating a file leaves a second one beside it. */
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { momentsOf, tracked, type Fault } from './fault.ts';

export const phantomFile: Fault = {
  code: 'D03',
  name: 'phantom file',
  decorate(operations, options) {
    const { tracked: inner, fileOf } = tracked(operations);
    const moments = momentsOf(options);
    return {
      ...inner,
      close(fd) {
        const file = fileOf(fd);
        inner.close(fd);
        if (file?.isNew !== true || !moments.isNow()) return;
        const name = moments.random.below(2) === 0 ? 'f998' : `lost+${moments.random.next()}`;
        operations.close(operations.open(join(dirname(file.path), name), constants.O_CREAT | constants.O_WRONLY));
      },
    };
  },
};
