/** An acknowledged append is done only behind the next one of the same worker. */
import { changedAppends, type Fault } from './fault.ts';

export const appendReordered: Fault = {
  code: 'A04',
  name: 'append reordered',
  workload: { arenas: { own: 1, append: 3 } },
  decorate(operations, options) {
    const late = new Map<string, Buffer>();
    return changedAppends(
      operations,
      options,
      ({ bytes, path }) => {
        late.set(path, bytes);
        return bytes.length;
      },
      ({ path, append }) => {
        const bytes = late.get(path);
        late.delete(path);
        if (bytes !== undefined) append(bytes);
      },
    );
  },
};
