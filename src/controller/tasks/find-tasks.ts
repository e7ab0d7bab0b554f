/** Which tasks there are, by the names of their files: none is loaded for that. */
import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';

export interface TaskFile {
  /** The file's stem, and the word on the command line. */
  readonly name: string;
  readonly path: string;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const taskExtensions: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs']);

/** The tasks of all folders, by name; where two have the same name, the earlier folder's wins. A folder may be missing. */
export function findTasks(folders: readonly string[]): readonly TaskFile[] {
  const found = new Map<string, TaskFile>();
  for (const folder of folders) {
    for (const file of filesOf(folder)) {
      const { name, ext } = parse(file);
      const isTask = taskExtensions.has(ext) && namePattern.test(name);
      if (isTask && !found.has(name)) found.set(name, { name, path: join(folder, file) });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function filesOf(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCodeOf(error) ?? '')) return [];
    throw new FunbricError('input', `${folder}: can't be read: ${messageOf(error)}`, { hint: 'check its permissions' });
  }
}
