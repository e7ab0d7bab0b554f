/** Decides everything about a run before the first byte is sent. */
import type { Host } from '../../model/host.ts';
import { FunbricError } from '../../model/errors.ts';
import { maxWorkers } from '../../model/namespace.ts';
import { defaultLimits, type Limits, type Plan, type PlannedTask, type Rolling } from '../../model/plan.ts';
import { operationsOf, readThresholds } from '../expect/thresholds.ts';
import { hostsHint } from '../inventory/inventory.ts';
import type { OptionValues, Task } from '../tasks/task.ts';

/** A task with the values that its options have in this run. */
export interface ChosenTask {
  readonly name: string;
  readonly task: Task;
  readonly options: OptionValues;
  /** Words after its options. */
  readonly positionals?: readonly string[];
}

export interface PlanRequest {
  readonly tasks: readonly ChosenTask[];
  readonly hosts: readonly Host[];
  readonly seed: number;
  readonly limits?: Partial<Limits>;
  /** Not with a workload. */
  readonly rolling?: Rolling | undefined;
  readonly isWarnOnly?: boolean;
  readonly beforeVerify?: string;
  /** It crashes the file system. */
  readonly isAfterCrash?: boolean;
  /** Leave what the workload wrote on the file system under test. */
  readonly isKept?: boolean;
  readonly workDir?: string;
  readonly version: string;
  readonly now: Date;
  /** Four or so random letters, so that two runs in a second differ. */
  readonly nonce: string;
}

export function makePlan(request: PlanRequest): Plan {
  const { hosts, tasks } = request;
  if (hosts.length === 0) {
    throw new FunbricError('usage', 'no hosts', {
      hint: hostsHint,
    });
  }
  refuseTwice(hosts.map((host) => host.name));
  const planned = tasks.map(plannedTask);
  const workloads = planned.filter((task) => task.workload !== undefined);
  if (workloads.length > 1) {
    throw new FunbricError('usage', `${workloads.map((task) => task.name).join(' and ')} both run a workload`, {
      hint: 'one run holds one workload, so that its verdict is about one thing: start them one after the other',
    });
  }
  refuseRolling(workloads, request.rolling);
  if (request.isAfterCrash === true) refuseCrash(request.beforeVerify, workloads);
  const workers = workloads[0]?.workload?.workers ?? 0;
  if (hosts.length * workers > maxWorkers) {
    throw new FunbricError('usage', `${hosts.length} hosts x ${workers} workers are more than ${maxWorkers} workers`, {
      hint: 'use fewer workers: --workers',
    });
  }
  return {
    version: 1,
    run: runNameOf(request.now, request.nonce),
    funbric: request.version,
    createdAt: request.now.toISOString(),
    seed: request.seed,
    hosts: [...hosts],
    tasks: planned,
    limits: { ...defaultLimits, ...request.limits },
    ...(request.rolling === undefined ? {} : { rolling: request.rolling }),
    ...(request.isWarnOnly === true ? { isWarnOnly: true } : {}),
    isKept: request.isKept ?? false,
    ...(request.beforeVerify === undefined ? {} : { beforeVerify: request.beforeVerify }),
    ...(request.isAfterCrash === true ? { isAfterCrash: true } : {}),
    ...(request.workDir === undefined ? {} : { workDir: request.workDir }),
  };
}

/** Sorts by time, also as the name of a folder. */
export function runNameOf(now: Date, nonce: string): string {
  return `${now.toISOString().slice(0, 19).replaceAll(':', '-')}-${nonce}`;
}

/** Half of the hosts would prove nothing about what they share with the other half. */
function refuseRolling(workloads: readonly PlannedTask[], rolling: Rolling | undefined): void {
  const [workload] = workloads;
  if (workload === undefined || rolling === undefined) return;
  throw new FunbricError(
    'usage',
    `${workload.name} runs its workload on all hosts at once, so --batch and --max-fail can't be used`,
    {
      hint: 'leave them out: what fails on one host never stops the others, and the verdict says so',
    },
  );
}

/** Without a command there is no crash, and without a workload, or in the trees that nobody owns, nobody says what must survive it. */
function refuseCrash(beforeVerify: string | undefined, [planned]: readonly PlannedTask[]): void {
  if (beforeVerify === undefined) {
    throw new FunbricError('usage', '--after-crash says what --before-verify does, which is not given', {
      hint: "give the command that crashes the file system and brings it back: --before-verify 'CMD'",
    });
  }
  if (planned?.workload === undefined) {
    throw new FunbricError('usage', '--after-crash needs a task that runs a workload');
  }
  const { arenas, weights, edges } = planned.workload;
  const unjudged = [
    ...sharesOf(arenas).filter((name) => name !== 'own'),
    ...sharesOf(weights).filter((name) => name === 'fallocate' || name === 'punchHole'),
    ...sharesOf({ edges }),
  ];
  if (unjudged.length === 0) return;
  throw new FunbricError('usage', `what a crash may leave of ${unjudged.join(', ')} is judged by no check`, {
    hint: 'take a profile in which every worker has a tree of its own, as durability does',
  });
}

/** Names whose share isn't 0. */
function sharesOf(value: unknown): readonly string[] {
  const shares: readonly (readonly [string, unknown])[] =
    typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return shares.filter(([, share]) => share !== 0 && share !== undefined).map(([name]) => name);
}

function plannedTask({ name, task, options, positionals = [] }: ChosenTask): PlannedTask {
  const workload = task.workload?.(options);
  const mount = task.mount?.(options);
  const thresholds = task.expect?.(options) ?? {};
  readThresholds([thresholds], operationsOf(workload));
  const { expect = [], apdex = [] } = thresholds;
  return {
    name,
    options: optionsOf(options),
    ...(positionals.length === 0 ? {} : { arguments: [...positionals] }),
    ...(workload === undefined ? {} : { workload }),
    ...(mount === undefined ? {} : { mount }),
    ...(expect.length + apdex.length === 0 ? {} : { thresholds: { expect: [...expect], apdex: [...apdex] } }),
  };
}

/** Lists of the plan are its own. */
function optionsOf(options: OptionValues): PlannedTask['options'] {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, isList(value) ? [...value] : value]));
}

function isList(value: OptionValues[string]): value is readonly string[] {
  return Array.isArray(value);
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new FunbricError('usage', `host ${twice} is named twice`, { hint: 'a name is unique in a run' });
  }
}
