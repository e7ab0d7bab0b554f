/** From the files of a run to its verdict and report: what happens at the end of every run, and again in `funbric merge`. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError } from '../model/errors.ts';
import { packageFiles } from './package-files.ts';
import { runFiles, writeWhole } from './run-folder.ts';
import type { RunOutcome } from './tasks/task.ts';

/** Writes run.json, junit.xml and report.html of the run in this folder. */
export async function finishRun(folder: string): Promise<RunOutcome> {
  const [{ mergeRun, writeRun }, { loadTemplates, renderReport }] = await loadFinish();
  const run = await mergeRun(folder);
  await writeRun(folder, run);
  const templates = await loadTemplates(packageFiles.templates);
  const reportPath = join(folder, runFiles.report);
  await writeWhole(reportPath, renderReport(run, templates));
  return { verdict: run.verdict, reasons: run.reasons, reportPath, run };
}

/**
 * What makes the report is a third of the program. No host should wait for it, so a run loads it while its hosts are at work;
 * not later, as the program may be replaced by a newer one during a long run.
 */
export async function loadFinish(): Promise<
  readonly [typeof import('./merge/merge.ts'), typeof import('../report/render.ts')]
> {
  return await Promise.all([import('./merge/merge.ts'), import('../report/render.ts')]);
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
