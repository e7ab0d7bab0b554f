/**
 * `funbric merge FILE...`: result files of other tools become a run, with its plan, its results and its own copies of the
 * files, which is then judged as any other. What is refused leaves nothing behind.
 */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorCodeOf, messageOf } from '../../model/errors.ts';
import type { Thresholds } from '../../model/expectation.ts';
import type { Host } from '../../model/host.ts';
import { defaultLimits, type Plan } from '../../model/plan.ts';
import type { MergePlan } from '../../model/receipt.ts';
import { finishRun } from '../finish.ts';
import { readThresholds } from '../expect/thresholds.ts';
import { CaseTable } from '../merge/collected/case-table.ts';
import { Holding } from '../merge/collected/held-result.ts';
import { readPlan } from '../merge/read-run.ts';
import { isRunFolder, pointLatest, runFiles } from '../run-folder/run-folder.ts';
import type { RunOutcome } from '../tasks/task.ts';
import { expandInputs, refused } from './expand.ts';
import { ownersByPlan, ownersWithoutPlan, type Owned } from './owners.ts';
import { openPartial } from './partial.ts';
import { refuseUnfit } from './refusals.ts';
import { readInputs, writeStage, type OwnedFiles, type ReadInput } from './stage.ts';

export interface MergeRequest {
  /** Files, and folders of them. */
  readonly inputs: readonly string[];
  readonly currentFolder: string;
  readonly reportsFolder: string;
  /** The run's folder itself, in place of a new one below reportsFolder. */
  readonly into?: string | undefined;
  /** A plan.json, or the folder of a run. */
  readonly plan?: string | undefined;
  readonly isForced: boolean;
  /** What is expected of the merged figures. */
  readonly thresholds?: Thresholds;
  readonly identity: { readonly run: string; readonly version: string; readonly createdAt: string };
  /** Hears why a merge is refused, for programs. */
  readonly onRefused?: ((record: object) => void) | undefined;
  /** Ends it, and what is half made goes away. */
  readonly signal?: AbortSignal | undefined;
}

export async function mergeFiles(request: MergeRequest): Promise<RunOutcome> {
  try {
    return await mergeToFolder(request);
  } catch (error) {
    // Once it is ended its folder is gone, and the first to miss a file there is not what ended it.
    request.signal?.throwIfAborted();
    throw error;
  }
}

async function mergeToFolder(request: MergeRequest): Promise<RunOutcome> {
  readThresholds([request.thresholds ?? {}]);
  const { files, leftOut } = await expandInputs(request.inputs, request.currentFolder);
  if (files.length === 0)
    throw refused(`no result file in ${request.inputs.join(', ')}`, 'name result files, or folders of them');
  const planned = await plannedOf(request);
  const target = await targetOf(request);
  const { identity, signal, into, reportsFolder } = request;
  await using partial = await openPartial(target, { run: identity.run, signal });
  const { folder } = partial;
  const cases = new CaseTable();
  const read = await readInputs(files, { stage: folder, holding: new Holding(cases), signal });
  const owned = assign(read, planned?.hosts);
  refuseUnfit(read, owned, request);
  const plan = planOf(request, planned, owned.hosts, leftOut);
  signal?.throwIfAborted();
  const ready = await writeStage(folder, plan, owned);
  // What was read in another order than the run's is read again, so that every merge of it says the same.
  const outcome = await finishRun(folder, ready === undefined ? {} : { ready: { files: ready, cases } });
  signal?.throwIfAborted();
  // From here on nothing is waited for: Ctrl-C between the two would leave a `latest` that points at no run. It comes first,
  // as nothing is to stay where it can't be done.
  if (into === undefined) pointLatest(reportsFolder, plan.run);
  partial.moveTo(target);
  return { ...outcome, reportPath: join(target, runFiles.report) };
}

async function plannedOf({ plan, currentFolder }: MergeRequest): Promise<Plan | undefined> {
  if (plan === undefined) return undefined;
  const path = resolve(currentFolder, plan);
  return await readPlan((await isRunFolder(path)) ? join(path, runFiles.plan) : path);
}

/** A folder that holds anything is somebody's. */
async function targetOf({ into, currentFolder, reportsFolder, identity }: MergeRequest): Promise<string> {
  if (into === undefined) return join(reportsFolder, identity.run);
  const target = resolve(currentFolder, into);
  const entries = await readdir(target).catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return [];
    throw refused(`--into ${into} can't be used: ${errorCodeOf(error) ?? messageOf(error)}`, 'name a new folder');
  });
  if (entries.length > 0) throw refused(`--into ${into} holds something already`, 'name a new folder, or an empty one');
  return target;
}

function assign(inputs: readonly ReadInput[], planned: readonly Host[] | undefined): OwnedFiles {
  const parts = inputs.flatMap((from) => partsOf(from).map((owned) => ({ from, owned })));
  const all = parts.map(({ owned }) => owned);
  if (planned !== undefined) {
    const indexes = ownersByPlan(all, planned);
    return {
      hosts: planned,
      results: parts.map(({ from, owned }, at) => ({ from, part: owned.part, host: indexes[at] })),
    };
  }
  const names = ownersWithoutPlan(all);
  const hosts = [...new Set(names)];
  return {
    hosts: hosts.map((name) => ({ name, roles: [], groups: [], variables: {} })),
    results: parts.map(({ from, owned }, at) => ({ from, part: owned.part, host: hosts.indexOf(names[at] ?? '') })),
  };
}

function partsOf({ input, read }: ReadInput): readonly Owned[] {
  const whole = { host: undefined, path: input.name, part: undefined, what: input.name };
  if (read.kind === 'unreadable' || read.results.length === 0) return [whole];
  return read.results.map(({ host, traits }, at) => ({
    host,
    path: input.name,
    part: read.results.length === 1 ? undefined : at,
    what: JSON.stringify(traits.slice(0, 2)),
  }));
}

function planOf(
  { identity, isForced, thresholds: { expect, apdex } = {} }: MergeRequest,
  planned: Plan | undefined,
  hosts: readonly Host[],
  leftOut: MergePlan['leftOut'],
): Plan {
  const thresholds = {
    ...(expect === undefined ? {} : { expect: [...expect] }),
    ...(apdex === undefined ? {} : { apdex: [...apdex] }),
  };
  return {
    version: 1,
    run: identity.run,
    funbric: identity.version,
    createdAt: identity.createdAt,
    seed: planned?.seed ?? 0,
    hosts: [...hosts],
    tasks: [{ name: 'merge', options: {}, thresholds }],
    limits: planned?.limits ?? defaultLimits,
    isKept: false,
    merge: { isPlanned: planned !== undefined, isForced, leftOut: [...leftOut] },
  };
}
