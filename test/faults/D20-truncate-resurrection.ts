/** What a truncate cut off is back once the file is longer again. */
import { readBack, tracked, type Fault } from './fault.ts';

export const truncateResurrection: Fault = {
  code: 'D20',
  name: 'truncate resurrection',
  // Files are rarely cut and then extended, so this strikes whenever one is.
  decorate(operations) {
    const { tracked: inner, fileOf } = tracked(operations);
    const cutOff = new Map<string, { readonly position: number; readonly bytes: Buffer }>();
    return {
      ...inner,
      ftruncate(fd, bytes) {
        const path = fileOf(fd)?.path ?? '';
        const size = operations.fsize(fd);
        const tail = cutOff.get(path);
        cutOff.delete(path);
        if (bytes < size) {
          cutOff.set(path, {
            position: bytes,
            bytes: readBack(operations, path, { position: bytes, length: size - bytes }),
          });
        }
        operations.ftruncate(fd, bytes);
        if (tail === undefined || bytes <= size || size > tail.position) return;
        const length = Math.min(tail.bytes.length, bytes - tail.position);
        if (length > 0) operations.write(fd, tail.bytes, 0, length, tail.position);
      },
      write(fd, buffer, offset, length, position) {
        // The end has moved: the old tail lies elsewhere.
        cutOff.delete(fileOf(fd)?.path ?? '');
        return operations.write(fd, buffer, offset, length, position);
      },
      unlink(path) {
        cutOff.delete(path);
        operations.unlink(path);
      },
      rename(from, to) {
        cutOff.delete(from);
        cutOff.delete(to);
        operations.rename(from, to);
      },
    };
  },
};
