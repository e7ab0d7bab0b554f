/** From some moment on writes to what others write too are acknowledged and never done. */
import { momentsOf, mostlyShared, tracked, type Fault } from './fault.ts';

export const lostSharedWrite: Fault = {
  code: 'D04',
  name: 'lost shared write',
  workload: mostlyShared,
  decorate(operations, options) {
    const moments = momentsOf(options);
    let isBroken = false;
    const { tracked: inner, fileOf } = tracked(operations);
    return {
      ...inner,
      write(fd, buffer, offset, length, position) {
        const isShared = fileOf(fd)?.path.includes('/shared/') === true;
        if (isShared) isBroken ||= moments.isNow();
        return isShared && isBroken ? length : operations.write(fd, buffer, offset, length, position);
      },
    };
  },
};
