/** Under a lock, a client answers from what it has read before. */
import { momentsOf, tracked, copyOf, type Fault } from './fault.ts';

export const staleUnderLockFault: Fault = {
  code: 'L05',
  name: 'stale under lock',
  workload: { arenas: { own: 1, locks: 3 } },
  decorate(operations, options) {
    const moments = momentsOf(options);
    const { tracked: inner, fileOf } = tracked(operations);
    const cached = new Map<string, Uint8Array>();
    return {
      ...inner,
      read(fd, buffer, offset, length, position) {
        const count = operations.read(fd, buffer, offset, length, position);
        const path = fileOf(fd)?.path ?? '';
        if (!path.includes('/locks/')) return count;
        const key = `${path} ${position}`;
        const old = cached.get(key);
        const isOld = old !== undefined && moments.isNow();
        cached.set(key, copyOf(buffer, offset, count));
        if (isOld) new Uint8Array(buffer.buffer, buffer.byteOffset + offset, old.length).set(old);
        return isOld ? old.length : count;
      },
    };
  },
};
