/** A write over older content is acknowledged and dropped. */
import { momentsOf, readBack, tracked, type Fault } from './fault.ts';

export const lostWrite: Fault = {
  code: 'D04',
  name: 'lost write',
  decorate(operations, options) {
    const { tracked: inner, fileOf } = tracked(operations);
    const moments = momentsOf(options);
    const isOverData = (path: string, position: number, length: number): boolean => {
      const there = readBack(operations, path, { position, length });
      return there.length === length && !there.every((byte) => byte === 0);
    };
    return {
      ...inner,
      write(fd, buffer, offset, length, position) {
        const path = fileOf(fd)?.path ?? '';
        if (isOverData(path, position, length) && moments.isNow()) return length;
        return operations.write(fd, buffer, offset, length, position);
      },
    };
  },
};
