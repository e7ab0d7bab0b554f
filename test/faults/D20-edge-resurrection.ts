/** A file that ended inside a block is longer again, and the rest of the block is what it was before it was cut off. */
import { readBack, tracked, type Fault } from './fault.ts';

const blockBytes = 512;

export const edgeResurrection: Fault = {
  code: 'D20',
  name: 'edge resurrection',
  workload: {
    edges: 80,
    weights: { mkdir: 0, delete: 1, list: 1, touch: 6, stat: 2, read: 20, write: 20, rename: 1, truncate: 30 },
  },
  decorate(operations) {
    const { tracked: inner, fileOf } = tracked(operations);
    const rests = new Map<string, { readonly position: number; readonly bytes: Buffer }>();
    return {
      ...inner,
      ftruncate(fd, bytes) {
        const path = fileOf(fd)?.path ?? '';
        const size = operations.fsize(fd);
        const rest = rests.get(path);
        rests.delete(path);
        const length = Math.min(size, Math.ceil(bytes / blockBytes) * blockBytes) - bytes;
        if (length > 0)
          rests.set(path, { position: bytes, bytes: readBack(operations, path, { position: bytes, length }) });
        operations.ftruncate(fd, bytes);
        if (rest === undefined || rest.position !== size || bytes < size + rest.bytes.length) return;
        operations.write(fd, rest.bytes, 0, rest.bytes.length, size);
      },
      write(fd, buffer, offset, length, position) {
        rests.delete(fileOf(fd)?.path ?? '');
        return operations.write(fd, buffer, offset, length, position);
      },
      unlink(path) {
        rests.delete(path);
        operations.unlink(path);
      },
      rename(from, to) {
        rests.delete(from);
        rests.delete(to);
        operations.rename(from, to);
      },
    };
  },
};
