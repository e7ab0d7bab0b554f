/** Whether the hosts of a run share the directory under test: each has put a token there, and must see those of all others. */
import { FunbricError } from '../../model/errors.ts';
import { foldNodeSet } from '../../model/nodeset.ts';

export interface Sight {
  readonly name: string;
  readonly index: number;
  /** The indexes of the hosts whose tokens it sees. */
  readonly sees: readonly number[];
}

/** Throws who sees what, where not all see all. */
export function refuseSeparateDirectories(directory: string, hosts: readonly Sight[]): void {
  const partial = hosts.filter(({ sees }) => hosts.some(({ index }) => !sees.includes(index)));
  if (partial.length === 0) return;
  const views = partial.slice(0, maxViews).map(({ name, sees }) => {
    const seen = hosts.filter(({ index }) => sees.includes(index)).map((host) => host.name);
    return `${name} sees ${seen.length === 0 ? 'none' : foldNodeSet(seen)}`;
  });
  const message = `--dir ${directory} is not one shared directory of all hosts: ${views.join('; ')}`;
  throw new FunbricError('task', message, {
    hint: 'mount the same file system there on every host, or say --local to test separate directories',
  });
}

/** More of them say nothing more. */
const maxViews = 8;
