/** From some moment on appends are acknowledged and never done. */
import { momentsOf, type Fault } from './fault.ts';

export const lostAppend: Fault = {
  code: 'D19',
  name: 'lost append',
  decorate(operations, options) {
    const moments = momentsOf(options);
    let isBroken = false;
    return {
      ...operations,
      append(fd, buffer, offset, length) {
        isBroken ||= moments.isNow();
        return isBroken ? length : operations.append(fd, buffer, offset, length);
      },
    };
  },
};
