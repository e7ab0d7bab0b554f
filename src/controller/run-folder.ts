/** The files of a run and their names, all chosen by us: plan.json, events.ndjson, results/, journals/, run.json, junit.xml, report.html. */
import { rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError, messageOf } from '../model/errors.ts';
import { fileStemOf, type Plan } from '../model/plan.ts';
import { makeFolders } from '../transports/make-folders.ts';

export const runFiles = {
  plan: 'plan.json',
  events: 'events.ndjson',
  run: 'run.json',
  junit: 'junit.xml',
  report: 'report.html',
  results: 'results',
  journals: 'journals',
  beforeVerify: 'results/before-verify.json',
  result: (index: number) => `results/${fileStemOf(index)}.json`,
  journal: (index: number) => `journals/${fileStemOf(index)}.fbj`,
} as const;

/** Makes the folder of a new run, with its plan, and points `latest` at it: also a run that fails shall be found there. */
export async function createRunFolder(reportsFolder: string, plan: Plan): Promise<string> {
  const folder = join(reportsFolder, plan.run);
  try {
    await makeFolders(join(folder, runFiles.results));
    await makeFolders(join(folder, runFiles.journals));
    await writeJson(join(folder, runFiles.plan), plan);
    await pointLatest(reportsFolder, plan.run);
  } catch (error) {
    throw new FunbricError('input', `no run can be kept in ${reportsFolder}: ${messageOf(error)}`, {
      hint: 'name another folder with --reports, or make room there',
      cause: error,
    });
  }
  return folder;
}

/**
 * Folders of runs are handed around: what lies there under a name of ours may be a pipe without a writer, or a device
 * without an end. Throws before anybody waits for what it never says.
 */
export async function refuseNonFile(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) throw new Error('it is no file');
}

/** Whole or not at all: written beside its place, then renamed. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    // The disk is full, or somebody took the folder away: what the run found can't be kept, which is no bug of ours.
    throw new FunbricError('evidence', `${path} can't be written: ${messageOf(error)}`, {
      hint: 'make room there, or name another folder with --reports; what the hosts proved is lost',
      cause: error,
    });
  }
}

async function pointLatest(reportsFolder: string, run: string): Promise<void> {
  const temporary = join(reportsFolder, `.latest.${process.pid}`);
  await rm(temporary, { force: true });
  // A junction is what Windows lets anyone make; elsewhere the type means nothing.
  await symlink(run, temporary, 'junction');
  await rename(temporary, join(reportsFolder, 'latest'));
}
