/** Files of a run that may be missing, cut or anything at all: what is wrong with one is told of its host. */
import { readFile } from 'node:fs/promises';
import { errorCodeOf, messageOf } from '../../model/errors.ts';
import { refuseNonFile } from '../run-folder/run-folder.ts';

export async function readBytes(path: string): Promise<Buffer> {
  await refuseNonFile(path);
  return await readFile(path);
}

export async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString('utf8');
}

/** Undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** ENOENT rather than a message with the path: a run says the same wherever its folder lies. */
export function codeOf(error: unknown): string {
  return errorCodeOf(error) ?? messageOf(error);
}
