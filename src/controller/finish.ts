/** From the files of a run to its verdict and report: what happens at the end of every run, and again in `funbric merge`. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError } from '../model/errors.ts';
import { loadTemplates, renderReport } from '../report/render.ts';
import { mergeRun, writeRun } from './merge/merge.ts';
import { packageFiles } from './package-files.ts';
import { runFiles, writeWhole } from './run-folder.ts';
import type { RunOutcome } from './task.ts';

/** Writes run.json, junit.xml and report.html of the run in this folder. */
export async function finishRun(folder: string): Promise<RunOutcome> {
  const run = await mergeRun(folder);
  await writeRun(folder, run);
  const templates = await loadTemplates(packageFiles.templates);
  const reportPath = join(folder, runFiles.report);
  await writeWhole(reportPath, renderReport(run, templates));
  return { verdict: run.verdict, reasons: run.reasons, reportPath, run };
}

/** The folder of a run that is named by its id, `latest`, or a path. */
export async function findRunFolder(reportsFolder: string, run: string): Promise<string> {
  for (const candidate of [join(reportsFolder, run), run]) {
    try {
      return await realpath(candidate);
    } catch {
      continue;
    }
  }
  throw new FunbricError('input', `there is no run ${run} in ${reportsFolder}`, {
    hint: 'name a folder below reports/, or give the path of one',
  });
}
