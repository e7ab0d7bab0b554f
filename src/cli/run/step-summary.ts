/** GitHub's runners show on the job's page what a step appends to a file: there the run goes, too. It is an extra: nothing of a run depends on it. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import type { Run } from '../../model/run.ts';
import { renderSummary } from '../../report/summary.ts';
import { sanitize } from '../terminal/sanitize.ts';

interface Around {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  readonly err: (text: string) => void;
}

/** Where GITHUB_STEP_SUMMARY names a file. One that can't be written is said, and changes no verdict. */
export async function appendStepSummary(
  { run, reportPath }: { readonly run?: Run | undefined; readonly reportPath: string },
  { environment, currentFolder, err }: Around,
): Promise<void> {
  const named = environment['GITHUB_STEP_SUMMARY'] ?? '';
  if (named === '' || run === undefined) return;
  try {
    await using file = await open(resolve(currentFolder, named), flags);
    await file.appendFile(`${renderSummary(run, { reportPath })}\n`);
  } catch (error) {
    err(`the summary is not in GITHUB_STEP_SUMMARY: ${sanitize(messageOf(error))}\n`);
  }
}

/** A pipe that nobody reads must not hold the run: it is refused instead. */
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
