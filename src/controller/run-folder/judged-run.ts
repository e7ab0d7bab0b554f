/** run.json as it lies in a run's folder: of this run, of this version, whole. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';
import { runSchema, type Run } from '../../model/run.ts';
import { refuseNonFile, runFiles } from './run-folder.ts';

/** Undefined where it is not there. Throws `input` where it can't be read, or isn't what this version writes. */
export async function readJudgedRun(folder: string): Promise<Run | undefined> {
  const path = join(folder, runFiles.run);
  let value: unknown;
  try {
    await refuseNonFile(path);
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined;
    throw refusal(`${path} can't be read: ${messageOf(error)}`, folder);
  }
  const versioned = z.object({ version: z.unknown() }).safeParse(value);
  const version = versioned.success ? versioned.data.version : undefined;
  if (version !== ourVersion)
    throw refusal(`${path} has version ${JSON.stringify(version)}, not ${ourVersion}`, folder);
  const decoded = runSchema.safeParse(value);
  if (decoded.success) return decoded.data;
  const [issue] = decoded.error.issues;
  throw refusal(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no judged run'}`, folder);
}

/** For what shows or exports a run. */
export async function requireJudgedRun(folder: string): Promise<Run> {
  const run = await readJudgedRun(folder);
  if (run !== undefined) return run;
  throw new FunbricError('input', `there is no ${runFiles.run} in ${folder}`, {
    hint: `judge the run first: funbric merge ${folder}`,
  });
}

const ourVersion = 1;

function refusal(message: string, folder: string): FunbricError {
  return new FunbricError('input', message, {
    hint: `it was changed, or another version of funbric wrote it: funbric merge ${folder} writes it again`,
  });
}
