/**
 * Files where somebody wants them, all of them or none: on a full disk the old ones stay as they were, and nothing half
 * written is left. What is no plain file there, a pipe or a device, is written to as it is.
 */
import { chmod, mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';

export interface OutputFile {
  readonly path: string;
  readonly text: string;
}

/** Throws `input` with the file's name and this hint. */
export async function writeOutputs(
  files: readonly OutputFile[],
  { hint, makesFolders = false }: { readonly hint: string; readonly makesFolders?: boolean },
): Promise<void> {
  const staged: Staged[] = [];
  try {
    for (const { path } of makesFolders ? files : []) {
      await attempt(path, hint, () => mkdir(dirname(path), { recursive: true }));
    }
    for (const file of files) staged.push(await stageOf(file, hint));
    for (const { file, moved } of staged) await attempt(file.path, hint, moved);
  } finally {
    for (const { temporary } of staged) {
      if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
    }
  }
}

interface Staged {
  readonly file: OutputFile;
  /** Where it is for now; undefined: nowhere. */
  readonly temporary: string | undefined;
  readonly moved: () => Promise<void>;
}

async function stageOf(file: OutputFile, hint: string): Promise<Staged> {
  return await attempt(file.path, hint, async () => {
    // A link stays one: what it leads to is written.
    const path = await realpath(file.path).catch(() => file.path);
    const stats = await stat(path).catch(() => undefined);
    const direct = { file, temporary: undefined, moved: () => writeFile(path, file.text) };
    if (stats !== undefined && (!stats.isFile() || file.path.startsWith('/dev/'))) return direct;
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      await rm(temporary, { force: true });
      await writeFile(temporary, file.text, { flag: 'wx' });
      if (stats !== undefined) await chmod(temporary, stats.mode & 0o777);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      // A file that we may write in a folder where we may make none.
      if (errorCodeOf(error) === 'EACCES' && stats !== undefined) return direct;
      throw error;
    }
    return { file, temporary, moved: () => rename(temporary, path) };
  });
}

async function attempt<T>(path: string, hint: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const said = messageOf(error).replaceAll(`.${process.pid}.tmp`, '');
    throw new FunbricError('input', `${path} can't be written: ${said}`, { hint, cause: error });
  }
}
