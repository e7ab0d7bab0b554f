/**
 * The files of a run as values. What a host should have left and didn't, or what isn't its own, is a fact about that
 * host; only a plan that can't be read, or a result that is there twice, stops us.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';
import { decodeJournal, type Journal } from '../../model/journal.ts';
import { planSchema, runTagOf, type Plan } from '../../model/plan.ts';
import { hostResultSchema, type HostResult } from '../../model/result.ts';
import { refuseNonFile, runFiles } from '../run-folder.ts';

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
  readonly result: HostResult;
  readonly journal: Journal | undefined;
  /** The journal is the one that the host sent, to the byte. */
  readonly isJournalTrusted: boolean;
  /** What is wrong with the files of this host, beside what its result says. */
  readonly gaps: readonly string[];
}

export async function readRun(folder: string): Promise<RunInput> {
  const plan = await readPlan(join(folder, runFiles.plan));
  const hosts: HostInput[] = [];
  const results = await Promise.all(plan.hosts.map((_, index) => readResult(folder, plan, index)));
  refuseTwins(results);
  for (const [index, { result }] of results.entries()) hosts.push(await readHost(folder, plan, { index, result }));
  return { plan, hosts, beforeVerify: await readBeforeVerify(folder) };
}

async function readPlan(path: string): Promise<Plan> {
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

interface ResultFile {
  /** As it is in the file; undefined where that is no result at all. */
  readonly read: HostResult | undefined;
  readonly result: HostResult;
}

async function readResult(folder: string, plan: Plan, index: number): Promise<ResultFile> {
  const file = runFiles.result(index);
  const lost = (reason: string): HostResult => ({
    version: 1,
    run: plan.run,
    index,
    name: plan.hosts[index]?.name ?? '',
    status: 'lost',
    reason,
    gaps: [],
    commands: [],
    pings: [],
  });
  let text: string;
  try {
    text = await readText(join(folder, file));
  } catch (error) {
    const what = errorCodeOf(error) === 'ENOENT' ? 'is not there' : "can't be read";
    return { read: undefined, result: lost(`${file} ${what}: ${codeOf(error)}`) };
  }
  const decoded = hostResultSchema.safeParse(parseJson(text));
  if (!decoded.success) return { read: undefined, result: lost(`${file} is cut or damaged`) };
  const read = decoded.data;
  const stranger = strangerIn(read, plan, index);
  return { read, result: stranger === undefined ? read : lost(`${file} belongs to ${stranger}`) };
}

/** Whose result this is, if not this host's of this run. */
function strangerIn(result: HostResult, plan: Plan, index: number): string | undefined {
  if (result.run !== plan.run) return 'another run';
  if (result.index !== index || result.name !== plan.hosts[index]?.name) return 'another host';
  if (result.agent !== undefined && result.agent.run !== plan.run) return 'a host of another run';
  return result.agent !== undefined && result.agent.host !== index ? 'another host' : undefined;
}

/**
 * FunkLoad counts a result twice without a word; who merges it twice wants to hear of it. Reports name their host and
 * journals their boot, so that two hosts that did nothing are still no twins.
 */
function refuseTwins(files: readonly ResultFile[]): void {
  const seen = new Map<string, number>();
  for (const [index, { read }] of files.entries()) {
    if (read === undefined) continue;
    const keys = [
      ...(read.agent === undefined ? [] : [`report ${JSON.stringify(read.agent)}`]),
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

async function readHost(
  folder: string,
  plan: Plan,
  { index, result }: { readonly index: number; readonly result: HostResult },
): Promise<HostInput> {
  const file = runFiles.journal(index);
  let bytes: Buffer;
  try {
    await refuseNonFile(join(folder, file));
    bytes = await readFile(join(folder, file));
  } catch (error) {
    const gaps = result.journal === undefined ? [] : [`${file} can't be read: ${codeOf(error)}`];
    return { result, journal: undefined, isJournalTrusted: false, gaps };
  }
  // A view that isn't a Buffer: slice of a Buffer doesn't copy, so it would stay unaligned.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const journal = decodeJournal(view, { runTag: runTagOf(plan), host: index });
  const isJournalTrusted = createHash('sha256').update(bytes).digest('hex') === result.journal?.sha256;
  const gaps = [
    ...(isJournalTrusted ? [] : [`${file} is not what the host sent`]),
    ...(journal.damage === undefined ? [] : [`${file}: ${journal.damage}`]),
  ];
  return { result, journal, isJournalTrusted, gaps };
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

async function readText(path: string): Promise<string> {
  await refuseNonFile(path);
  return await readFile(path, 'utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** ENOENT rather than a message with the path: a run says the same wherever its folder lies. */
function codeOf(error: unknown): string {
  return errorCodeOf(error) ?? messageOf(error);
}
