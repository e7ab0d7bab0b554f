/** From what the plan and the hosts say to what checks want to know of a run beside its records. */
import type { HistoryFacts, HostEvidence } from '../../checks/journal/evidence.ts';
import {
  consistencyOf,
  forgetsAttributes,
  isNetworkMount,
  lockReachesOf,
  reopenMsOf,
  settleMsOf,
  type Consistency,
} from '../../model/consistency.ts';
import { durabilityOf } from '../../model/durability.ts';
import { FunbricError } from '../../model/errors.ts';
import { maxWorkers } from '../../model/namespace.ts';
import type { Plan, WorkloadSpec } from '../../model/plan.ts';
import type { Heartbeat } from '../../model/protocol.ts';
import { sum } from '../../model/sum.ts';
import { filesSpecSchema } from '../../workloads/files-spec.ts';
import type { FoldedResult } from './result/folded-result.ts';

/** The workloads that the plan's tasks ask for. */
export function plannedWorkloads(plan: Plan): readonly WorkloadSpec[] {
  return plan.tasks.map((task) => task.workload).filter((workload) => workload !== undefined);
}

/** Undefined where no workload was planned whose evidence we can judge. */
export function factsOf(plan: Plan): JudgedFacts | undefined {
  const workload = plannedWorkloads(plan).find(({ engine }) => engine === 'files');
  if (workload === undefined) return undefined;
  const decoded = filesSpecSchema.safeParse(workload);
  if (!decoded.success) {
    const [issue] = decoded.error.issues;
    throw new FunbricError('input', `plan.json: workload.${issue?.path.join('.')}: ${issue?.message}`, {
      hint: 'this file was changed, or written by another version of funbric',
    });
  }
  refuseTooMany(plan.hosts.length, decoded.data.workers);
  const { workers, chunkBytes, fileBytes, isLocal, consistency, sync, fsyncEvery } = decoded.data;
  const { hungMs, errorShare } = plan.limits;
  const limits = { hungMs, errorShare };
  const facts = {
    workers,
    chunkBytes,
    maxChunks: fileBytes / chunkBytes,
    isLocal,
    between: betweenOf(plan),
    isSynchronous: sync !== undefined,
    isSynced: sync !== undefined || fsyncEvery !== undefined,
    limits,
  };
  return { facts, consistency };
}

/** No run is planned so, and its tables would be as large as a hostile plan likes. */
function refuseTooMany(hosts: number, workers: number): void {
  if (hosts * workers <= maxWorkers) return;
  throw new FunbricError(
    'input',
    `plan.json: ${hosts} hosts x ${workers} workers are more than ${maxWorkers} workers`,
    {
      hint: 'this file was changed, or written by another version of funbric',
    },
  );
}

export interface JudgedFacts {
  readonly facts: HistoryFacts;
  /** What the file system promises, where the user says otherwise than its mounts. */
  readonly consistency: Consistency | undefined;
}

function betweenOf({ beforeVerify, isAfterCrash }: Plan): HistoryFacts['between'] {
  if (beforeVerify === undefined) return undefined;
  return isAfterCrash === true ? 'crash' : 'command';
}

/** Of a client that said nothing of its mount the least is assumed. The records come otherwise, and the clock in plain words. */
export function evidenceOf(
  result: FoldedResult,
  { isTrusted, declared }: { readonly isTrusted: boolean; readonly declared: Consistency | undefined },
): HostEvidence {
  const facts = result.agent?.facts;
  const target = facts?.target;
  return {
    name: result.name,
    blocks: [],
    isTrusted,
    // What was read where the target was gone is nothing, whatever the host says of its phases.
    hasVerified:
      result.agent?.isTargetGone !== true &&
      (result.agent?.phases.some(({ phase, end }) => phase === 'verify' && end === 'completed') ?? false),
    client: { isNetwork: target === undefined || isNetworkMount(target), platform: facts?.platform ?? '' },
    consistency: declared ?? (target === undefined ? 'eventual' : consistencyOf(target)),
    ...(target !== undefined && forgetsAttributes(target) ? { forgetsAttributes: true } : {}),
    ...(target === undefined ? {} : { reopenMs: reopenMsOf(target), settleMs: settleMsOf(target) }),
    locks: target === undefined ? { whole: 'client', ranges: 'client' } : lockReachesOf(target),
    durability: durabilityOf(target, declared),
    ...(result.agent?.isTargetGone === true ? { isTargetGone: true } : {}),
    heartbeats: [...(result.agent?.heartbeats ?? []), ...lastOf(result)],
    ...stressOf(result),
    ...goneOf(result),
  };
}

/** All that is known of an agent that brought no report. */
function lastOf({ lastHeartbeat }: FoldedResult): readonly Heartbeat[] {
  return lastHeartbeat === undefined ? [] : [lastHeartbeat];
}

/** What the agent counted, in its report or at last. */
function stressOf({ agent, lastHeartbeat }: FoldedResult): Pick<HostEvidence, 'stress'> {
  if (agent !== undefined) {
    const operations = sum(agent.operations.map(({ count }) => count));
    const errors = sum(agent.operations.flatMap((operation) => Object.values(operation.errors)));
    return { stress: { operations, errors } };
  }
  return lastHeartbeat?.phase === 'stress' ? { stress: lastHeartbeat } : {};
}

function goneOf({ status, reason }: FoldedResult): Pick<HostEvidence, 'gone'> {
  const isGone = status === 'lost' || status === 'unreachable';
  return isGone ? { gone: `${status}: ${reason ?? 'nobody knows why'}` } : {};
}
