/** An append goes to where the file ended before what was appended last. */
import { constants } from 'node:fs';
import { changedAppends, type Fault } from './fault.ts';

export const appendOverlapped: Fault = {
  code: 'A02',
  name: 'append overlapped',
  workload: { arenas: { own: 1, append: 3 } },
  decorate: (operations, options) =>
    changedAppends(operations, options, ({ bytes, path, fd }) => {
      const position = Math.max(0, operations.fsize(fd) - bytes.length - tailBytes);
      const own = operations.open(path, constants.O_WRONLY);
      operations.write(own, bytes, 0, bytes.length, position);
      operations.close(own);
      return bytes.length;
    }),
};

/** What is left behind it of the one below. */
const tailBytes = 60;
