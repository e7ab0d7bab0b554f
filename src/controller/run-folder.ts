/** The files of a run and their names, all chosen by us: plan.json, events.ndjson, results/, journals/, run.json, junit.xml, report.html. */
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileStemOf, type Plan } from '../model/plan.ts';

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
  await mkdir(join(folder, runFiles.results), { recursive: true });
  await mkdir(join(folder, runFiles.journals), { recursive: true });
  await writeJson(join(folder, runFiles.plan), plan);
  await pointLatest(reportsFolder, plan.run);
  return folder;
}

/** Whole or not at all: written beside its place, then renamed. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

async function pointLatest(reportsFolder: string, run: string): Promise<void> {
  const temporary = join(reportsFolder, `.latest.${process.pid}`);
  await rm(temporary, { force: true });
  // A junction is what Windows lets anyone make; elsewhere the type means nothing.
  await symlink(run, temporary, 'junction');
  await rename(temporary, join(reportsFolder, 'latest'));
}
