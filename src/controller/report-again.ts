/** `funbric report`: a run that was judged, shown once more; nothing is judged again. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError } from '../model/errors.ts';
import { isFile } from './run-folder/file-kinds.ts';
import { loadFinish } from './finish.ts';
import type { FunkloadQuestion, FunkloadView } from './funkload/view.ts';
import { requireJudgedRun } from './run-folder/judged-run.ts';
import { packageFiles } from './package-files.ts';
import { findRunFolder, runFiles, writeWhole } from './run-folder/run-folder.ts';
import type { RunOutcome } from './tasks/task.ts';
import { writeOutputs } from './run-folder/write-outputs.ts';

export interface ReportRequest {
  /** A run; none is the latest one. */
  readonly words: readonly string[];
  readonly reportsFolder: string;
  /** The report's file; undefined: report.html of the run. */
  readonly file: string | undefined;
}

/** Writes the report of run.json as it is. */
export async function reportAgain({ words, reportsFolder, file }: ReportRequest): Promise<RunOutcome> {
  const [word = 'latest', second] = words;
  if (second !== undefined || (await isFile(word))) {
    throw new FunbricError('usage', `report: the main view is of a run, and ${second ?? word} is none`, {
      hint: "make a run of result files: funbric merge FILE...; or see FunkLoad's files as it does: --view funkload",
    });
  }
  const folder = await findRunFolder(reportsFolder, word);
  const [run, [, { loadTemplates, renderReport }]] = await Promise.all([requireJudgedRun(folder), loadFinish()]);
  const html = renderReport(run, await loadTemplates(packageFiles.templates));
  const own = join(folder, runFiles.report);
  if (file === undefined) await writeWhole(own, html);
  else await writeReport(file, html);
  return { verdict: run.verdict, reasons: run.reasons, reportPath: await realpath(file ?? own), run };
}

/** What reads and draws other tools' results is loaded only where somebody asks for it. */
export async function funkloadReport(question: FunkloadQuestion): Promise<FunkloadView> {
  const { funkloadView } = await import('./funkload/view.ts');
  return await funkloadView(question);
}

/** Into a file that somebody named, which may be a pipe. */
export async function writeReport(file: string, text: string): Promise<void> {
  await writeOutputs([{ path: file, text }], { hint: 'name a file in a folder that is there, with room, and yours' });
}
