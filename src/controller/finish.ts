/** From the files of a run to its verdict and report: what happens at the end of every run, and again in `funbric merge`. */
import { join } from 'node:path';
import type { Run } from '../model/run.ts';
import type { Given } from './merge/merge.ts';
import { packageFiles } from './package-files.ts';
import { runFiles } from './run-folder/run-folder.ts';
import type { RunOutcome } from './tasks/task.ts';

/** Writes run.json, junit.xml and report.html of the run in this folder. */
export async function finishRun(folder: string, given?: Given): Promise<RunOutcome> {
  const [{ mergeRun, writeRun }, { loadTemplates, renderReport }] = await loadFinish();
  const merged = await mergeRun(folder, undefined, given);
  const run = merged.receipt === undefined ? merged : await withBenchOf(folder, merged);
  const templates = await loadTemplates(packageFiles.templates);
  const reportPath = join(folder, runFiles.report);
  await writeRun(folder, run, [{ path: reportPath, text: () => renderReport(run, templates) }]);
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

/** Loaded only by runs to which hosts brought results. */
async function withBenchOf(folder: string, run: Run): Promise<Run> {
  const { withBench } = await import('./funkload/run-bench.ts');
  return await withBench(folder, run);
}
