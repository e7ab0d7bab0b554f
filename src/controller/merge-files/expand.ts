/** The files that the words of `funbric merge` mean: a folder means the results in it, and in its folders. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isResultFile } from '../../formats/read-file.ts';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';
import type { MergePlan } from '../../model/receipt.ts';
import { isRunFolder } from '../run-folder/run-folder.ts';

export interface InputFile {
  /** As it was typed, or found below what was typed. */
  readonly name: string;
  readonly path: string;
}

export interface Expanded extends Pick<MergePlan, 'leftOut'> {
  readonly files: readonly InputFile[];
}

const maxFiles = 20_000;
const maxDepth = 16;

/** Each file once, in the order of the words. Throws `input` for a word that is nothing. */
export async function expandInputs(words: readonly string[], currentFolder: string): Promise<Expanded> {
  const files = new Map<string, InputFile>();
  const leftOut: MergePlan['leftOut'] = [];
  for (const word of words) {
    const path = resolve(currentFolder, word);
    if (await isFolder(path, word)) await gather({ name: word, path }, { files, leftOut }, 0);
    else if (files.has(path)) throw refused(`${word} is named twice`, 'a result counts once: name it once');
    else files.set(path, { name: word, path });
  }
  return { files: [...files.values()], leftOut };
}

async function isFolder(path: string, word: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw refused(
      `${word} can't be read: ${errorCodeOf(error) ?? messageOf(error)}`,
      'name result files, or folders of them',
    );
  }
}

interface Found {
  readonly files: Map<string, InputFile>;
  readonly leftOut: MergePlan['leftOut'];
}

async function gather(folder: InputFile, found: Found, depth: number): Promise<void> {
  if (await isRunFolder(folder.path)) {
    throw refused(`${folder.name} is the folder of a run`, `merge it alone: funbric merge ${folder.name}`);
  }
  if (depth > maxDepth) throw refused(`${folder.name} is too deep a folder`, 'name the folders that hold the results');
  const entries = await readdir(folder.path, { withFileTypes: true }).catch((error: unknown) => {
    throw refused(
      `${folder.name} can't be read: ${errorCodeOf(error) ?? messageOf(error)}`,
      'check its permissions, or name the folders that hold the results',
    );
  });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const below = { name: join(folder.name, entry.name), path: join(folder.path, entry.name) };
    if (entry.isDirectory()) await gather(below, found, depth + 1);
    else if (entry.isFile()) await take(below, found);
    else if (entry.isSymbolicLink()) await takeLink(below, found);
    else found.leftOut.push({ name: below.name, reason: 'it is no file' });
  }
}

/** A folder of links to results is as good as one of results; links to folders may have no end, so they are not followed. */
async function takeLink(link: InputFile, found: Found): Promise<void> {
  const path = await realpath(link.path).catch(() => undefined);
  const isFile = path !== undefined && (await stat(path)).isFile();
  if (isFile) await take({ name: link.name, path }, found);
  else found.leftOut.push({ name: link.name, reason: 'it is a link, and not to a file' });
}

/** An empty file is a result that was never written: to leave it out would be to lose a host. */
async function take(file: InputFile, { files, leftOut }: Found): Promise<void> {
  if (files.has(file.path)) return;
  if (files.size >= maxFiles) throw refused(`more than ${maxFiles} files`, 'name the folders that hold the results');
  const stats = await stat(file.path).catch((error: unknown) => {
    const reason = file.name.includes('\ufffd') ? 'its name is no UTF-8' : (errorCodeOf(error) ?? messageOf(error));
    throw refused(`${file.name} can't be read: ${reason}`, 'rename it, or leave it out');
  });
  const isWanted = stats.size === 0 || (await isResultFile(file.path));
  if (isWanted) files.set(file.path, file);
  else leftOut.push({ name: file.name, reason: 'no result of a tool that funbric knows' });
}

export function refused(message: string, hint: string): FunbricError {
  return new FunbricError('input', message, { hint });
}
