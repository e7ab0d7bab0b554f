/** The files of a run and their names, all chosen by us: plan.json, events.ndjson, results/, journals/, run.json, junit.xml, report.html. */
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError, messageOf } from '../../model/errors.ts';
import { fileStemOf, type Plan } from '../../model/plan.ts';
import { makeFolders } from '../../transports/make-folders.ts';
import { isFile } from './file-kinds.ts';

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
  collected: (index: number, n: number) => `collected/${fileStemOf(index)}/${n}`,
} as const;

/** Makes the folder of a new run, with its plan, and points `latest` at it: also a run that fails shall be found there. */
export async function createRunFolder(reportsFolder: string, plan: Plan): Promise<string> {
  const folder = join(reportsFolder, plan.run);
  try {
    await makeFolders(join(folder, runFiles.results));
    await makeFolders(join(folder, runFiles.journals));
    await writeJson(join(folder, runFiles.plan), plan);
    pointLatest(reportsFolder, plan.run);
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
  await writeWhole(path, jsonText(value));
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export async function writeWhole(path: string, text: string): Promise<void> {
  await writeAllWhole([{ path, text: () => text }]);
}

export interface WholeFile {
  readonly path: string;
  /** Made when it is its turn: all of them at once would be a run's memory once more. */
  readonly text: () => string;
}

/** All of them or none, so that no report stands beside figures of another merge. */
export async function writeAllWhole(files: readonly WholeFile[]): Promise<void> {
  const staged: { readonly path: string; readonly temporary: string }[] = [];
  let current = '';
  try {
    for (const { path, text } of files) {
      current = path;
      const temporary = `${path}.${process.pid}.tmp`;
      // Folders of runs are handed around: where a link is in its place, what it leads to is nobody's to write to.
      await rm(temporary, { force: true });
      staged.push({ path, temporary });
      await writeFile(temporary, text(), { flag: 'wx' });
    }
    for (const { path, temporary } of staged) {
      current = path;
      await rename(temporary, path);
    }
  } catch (error) {
    for (const { temporary } of staged) await rm(temporary, { force: true }).catch(() => undefined);
    // The disk is full, or somebody took the folder away: what the run found can't be kept, which is no bug of ours.
    throw new FunbricError('evidence', `${current} can't be written: ${messageOf(error)}`, {
      hint: 'make room there, or name another folder with --reports; what is there already stays as it was',
      cause: error,
    });
  }
}

/** Throws `input` where somebody's folder, or file system, is in its way. In one go, so that Ctrl-C comes before it or behind it. */
export function pointLatest(reportsFolder: string, run: string): void {
  const temporary = join(reportsFolder, `.latest.${process.pid}`);
  try {
    rmSync(temporary, { force: true });
    try {
      // A junction is what Windows lets anyone make; elsewhere the type means nothing.
      symlinkSync(run, temporary, 'junction');
      renameSync(temporary, join(reportsFolder, 'latest'));
    } finally {
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw new FunbricError('input', `${join(reportsFolder, 'latest')} can't point at ${run}: ${messageOf(error)}`, {
      hint: 'it is a link of ours: move away what else is there, or name another folder with --reports',
      cause: error,
    });
  }
}

/** A run of ours, which is judged by its own files. */
export async function isRunFolder(path: string): Promise<boolean> {
  return await isFile(join(path, runFiles.plan));
}

/** The folder of a run that is named by its id, `latest`, or a path. `orFile`: it may as well be a file, and is given as that. */
export async function findRunFolder(
  reportsFolder: string,
  run: string,
  { orFile = false }: { readonly orFile?: boolean } = {},
): Promise<string> {
  for (const candidate of [join(reportsFolder, run), run]) {
    try {
      const path = await realpath(candidate);
      if (orFile || (await stat(path)).isDirectory()) return path;
    } catch {
      continue;
    }
  }
  if (orFile) {
    throw new FunbricError(
      'input',
      `${run}: there is no such file or folder, and no run of that name in ${reportsFolder}`,
      {
        hint: 'name result files, folders of them, or a run',
      },
    );
  }
  throw new FunbricError('input', `there is no run ${run} in ${reportsFolder}`, {
    hint: 'name a folder below reports/, or give the path of one',
  });
}
