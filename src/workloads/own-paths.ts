/** The paths of a worker's own files, each made once: making one takes a fifth of what a rename costs beside the file system. */
import { pathOf } from '../model/namespace.ts';

/** Rooms for paths; a power of two. A tree has eight folders, of which each has its files in a row. */
const rooms = 1 << 14;

export function ownPaths({ runPath, worker }: { readonly runPath: string; readonly worker: number }): OwnPath {
  const paths = Array.from({ length: rooms }, () => '');
  // No name is this number. Arrays, as a map takes longer to ask than the recorder to count.
  const names = new Int32Array(rooms).fill(-1);
  return (name) => {
    const room = roomOf(name);
    if (names[room] !== name) {
      names[room] = name;
      paths[room] = `${runPath}/${pathOf(worker, name)}`;
    }
    return paths[room] ?? '';
  };
}

/** By a name in the worker's tree. */
export type OwnPath = (name: number) => string;

/** Folder, kind and number in its folder; who shares a room with another is made again. */
function roomOf(name: number): number {
  return (((name >>> 16) << 11) | ((name >>> 5) & 0x400) | (name & 0x3ff)) & (rooms - 1);
}
