/** Folders on this machine. Node's own `recursive` never comes back from a file system that answers ENOENT where the parent is there, as /proc does. */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCodeOf } from '../model/errors.ts';

/** Makes a folder, and those above it that are missing, also while others make the same ones; what is there already stays as it is. */
export async function makeFolders(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
    await makeFolders(dirname(path));
    await makeFolder(path);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  }
}
