/** Where the results for FunkLoad's view are: named files, or what the hosts of a run brought. */
import { join } from 'node:path';
import { readResultFile } from '../../formats/read-file.ts';
import { FunbricError, messageOf } from '../../model/errors.ts';
import type { ResultFile } from '../../model/measured.ts';
import type { Run } from '../../model/run.ts';
import { isFile } from '../run-folder/file-kinds.ts';
import { requireJudgedRun } from '../run-folder/judged-run.ts';
import { findRunFolder } from '../run-folder/run-folder.ts';

export interface FunkloadInputs {
  readonly files: readonly ResultFile[];
  /** Why a file of a run can't be read: the others are shown without it. */
  readonly unread: readonly string[];
  /** Those of a run that was merged. */
  readonly isRun: boolean;
}

/** `words`: a run, or files; none is the latest run. */
export async function readFunkloadInputs(words: readonly string[], reportsFolder: string): Promise<FunkloadInputs> {
  const [only = 'latest', second] = words;
  if (second === undefined && !(await isFile(only))) {
    const folder = await findRunFolder(reportsFolder, only);
    const brought = await readBrought(folder, await requireJudgedRun(folder));
    if (brought.files.length > 0) return { ...brought, isRun: true };
    throw new FunbricError('input', `no host of the run in ${folder} brought a result of FunkLoad`, {
      hint: 'name the files themselves: funbric report --view funkload FILE...',
    });
  }
  const files: ResultFile[] = [];
  for (const word of words) files.push(await readResultFile(word));
  return { files, unread: [], isRun: false };
}

/**
 * Copies that the merge left out are left out here, too, and what hosts brought besides FunkLoad's results is for the main view.
 * Those of which nothing could be read may have been of either.
 */
export async function readBrought(
  folder: string,
  { receipt }: Pick<Run, 'receipt'>,
): Promise<Pick<FunkloadInputs, 'files' | 'unread'>> {
  const files: ResultFile[] = [];
  const unread: string[] = [];
  for (const { file, format, isKept, reason = '' } of receipt?.inputs ?? []) {
    if (file === undefined) continue;
    if (format === undefined) unread.push(reason);
    else if (isKept && format.includes('FunkLoad')) {
      try {
        files.push(await readResultFile(join(folder, file)));
      } catch (error) {
        unread.push(messageOf(error));
      }
    }
  }
  return { files, unread };
}
