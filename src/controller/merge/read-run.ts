/**
 * The files of a run as values. What a host should have left and didn't, or what isn't its own, is a fact about that
 * host; only a plan that can't be read, or a result that is there twice, stops us.
 */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import * as z from 'zod';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';
import { planSchema, type Plan } from '../../model/plan.ts';
import { refuseNonFile, runFiles } from '../run-folder/run-folder.ts';
import { codeOf, parseJson, readText } from './read-text.ts';
import type { FoldedResult } from './result/folded-result.ts';
import { readResult, type ResultFile } from './result/read-result.ts';

const beforeVerifySchema = z.object({
  command: z.string(),
  exit: z.union([z.string(), z.number()]),
  /** The limit that ended it. */
  limitMs: z.number().optional(),
});

export interface RunInput {
  readonly plan: Plan;
  /** One a planned host, by index. */
  readonly hosts: readonly HostInput[];
  /** What --before-verify did, if it ran; `unreadable` where its file is no such thing. */
  readonly beforeVerify: { readonly exit: string; readonly limitMs: number | undefined } | 'unreadable' | undefined;
}

export interface HostInput {
  readonly result: FoldedResult;
  /** Where its journal is, or that there is none to be read. */
  readonly journal: string | undefined;
  /** What is wrong with the files of this host, beside what its result says. */
  readonly gaps: readonly string[];
}

/**
 * All at once, those of many hosts would be more files than a process may have open, and hosts would count as lost for it; and
 * of each that is read all of it is in memory.
 */
const openAtOnce = 4;

export async function readRun(folder: string): Promise<RunInput> {
  const plan = await readPlan(join(folder, runFiles.plan));
  const results = await pMap(plan.hosts.keys(), (index) => readResult(folder, plan, index), {
    concurrency: openAtOnce,
  });
  refuseTwins(results);
  const hosts = await Promise.all(results.map(({ result }, index) => readHost(folder, result, index)));
  return { plan, hosts, beforeVerify: await readBeforeVerify(folder) };
}

export async function readPlan(path: string): Promise<Plan> {
  let plan: unknown;
  try {
    plan = JSON.parse(await readText(path));
  } catch (error) {
    throw new FunbricError('input', `${path} can't be read as a plan: ${messageOf(error)}`, {
      hint: 'name the folder of a run, reports/<run>; without its plan nobody knows which hosts are missing',
    });
  }
  const decoded = z.safeParse(planSchema, plan);
  if (decoded.success) return decoded.data;
  const [issue] = decoded.error.issues;
  throw new FunbricError('input', `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no plan'}`, {
    hint: 'this file was changed, or written by another version of funbric',
  });
}

/**
 * FunkLoad counts a result twice without a word; who merges it twice wants to hear of it. Reports name their host and
 * journals their boot, so that two hosts that did nothing are still no twins.
 */
function refuseTwins(files: readonly ResultFile<FoldedResult>[]): void {
  const seen = new Map<string, number>();
  for (const [index, { read }] of files.entries()) {
    if (read === undefined) continue;
    const keys = [
      ...(read.agent === undefined ? [] : [`report ${read.agent.digest}`]),
      ...(read.journal === undefined || read.journal.bytes === 0 ? [] : [`journal ${read.journal.sha256}`]),
    ];
    for (const key of keys) {
      const twin = seen.get(key);
      if (twin !== undefined) {
        throw new FunbricError('input', `${runFiles.result(index)} is the same result as ${runFiles.result(twin)}`, {
          hint: 'a result counts once: remove the copy, and its host is shown as lost',
        });
      }
      seen.set(key, index);
    }
  }
}

async function readHost(folder: string, result: FoldedResult, index: number): Promise<HostInput> {
  const path = join(folder, runFiles.journal(index));
  try {
    await refuseNonFile(path);
    await access(path, constants.R_OK);
    return { result, journal: path, gaps: [] };
  } catch (error) {
    const gaps = result.journal === undefined ? [] : [unreadable(index, error)];
    return { result, journal: undefined, gaps };
  }
}

export function unreadable(index: number, error: unknown): string {
  return `${runFiles.journal(index)} can't be read: ${codeOf(error)}`;
}

async function readBeforeVerify(folder: string): Promise<RunInput['beforeVerify']> {
  let text: string;
  try {
    text = await readText(join(folder, runFiles.beforeVerify));
  } catch (error) {
    return errorCodeOf(error) === 'ENOENT' ? undefined : 'unreadable';
  }
  const decoded = beforeVerifySchema.safeParse(parseJson(text));
  return decoded.success ? { exit: String(decoded.data.exit), limitMs: decoded.data.limitMs } : 'unreadable';
}
