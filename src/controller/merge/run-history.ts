/** From what the hosts brought back to the history that checks ask. */
import { makeHistory, type History } from '../../checks/history.ts';
import type { HostEvidence } from '../../checks/evidence.ts';
import { hostClock, type HostClock } from '../../model/clock.ts';
import {
  consistencyOf,
  isNetworkMount,
  lockReachesOf,
  reopenMsOf,
  settleMsOf,
  type Consistency,
} from '../../model/consistency.ts';
import { FunbricError } from '../../model/errors.ts';
import type { Ping } from '../../model/ping.ts';
import type { Plan, WorkloadSpec } from '../../model/plan.ts';
import type { Heartbeat } from '../../model/protocol.ts';
import type { HostResult } from '../../model/result.ts';
import { filesSpecSchema } from '../../workloads/files-spec.ts';
import type { HostInput, RunInput } from './read-run.ts';

/** The workloads that the plan's tasks ask for. */
export function plannedWorkloads(plan: Plan): readonly WorkloadSpec[] {
  return plan.tasks.map((task) => task.workload).filter((workload) => workload !== undefined);
}

/** Undefined where no workload was planned whose evidence we can judge. */
export function historyOf({ plan, hosts }: RunInput): History | undefined {
  const workload = plannedWorkloads(plan).find(({ engine }) => engine === 'files');
  if (workload === undefined) return undefined;
  const decoded = filesSpecSchema.safeParse(workload);
  if (!decoded.success) {
    const [issue] = decoded.error.issues;
    throw new FunbricError('input', `plan.json: workload.${issue?.path.join('.')}: ${issue?.message}`, {
      hint: 'this file was changed, or written by another version of funbric',
    });
  }
  const { workers, chunkBytes, fileBytes, isLocal, consistency } = decoded.data;
  const { hungMs, errorShare } = plan.limits;
  const limits = { hungMs, errorShare };
  const facts = { workers, chunkBytes, maxChunks: fileBytes / chunkBytes, isLocal, limits };
  return makeHistory(
    facts,
    hosts.map((host) => evidenceOf(host, consistency)),
  );
}

/** Of a client that said nothing of its mount the least is assumed. */
function evidenceOf({ result, journal, isJournalTrusted }: HostInput, declared: Consistency | undefined): HostEvidence {
  const facts = result.agent?.facts;
  const target = facts?.target;
  return {
    name: result.name,
    blocks: journal?.blocks ?? [],
    isTrusted: isJournalTrusted,
    // What was read where the target was gone is nothing, whatever the host says of its phases.
    hasVerified:
      result.agent?.isTargetGone !== true &&
      (result.agent?.phases.some(({ phase, end }) => phase === 'verify' && end === 'completed') ?? false),
    client: { isNetwork: target === undefined || isNetworkMount(target), platform: facts?.platform ?? '' },
    consistency: declared ?? (target === undefined ? 'eventual' : consistencyOf(target)),
    ...(target === undefined ? {} : { reopenMs: reopenMsOf(target), settleMs: settleMsOf(target) }),
    locks: target === undefined ? { whole: 'client', ranges: 'client' } : lockReachesOf(target),
    clock: clockOf(result),
    ...(result.agent?.isTargetGone === true ? { isTargetGone: true } : {}),
    heartbeats: [...(result.agent?.heartbeats ?? []), ...lastOf(result)],
    ...stressOf(result),
    ...goneOf(result),
  };
}

/** All that is known of an agent that brought no report. */
function lastOf({ lastHeartbeat }: HostResult): readonly Heartbeat[] {
  return lastHeartbeat === undefined ? [] : [lastHeartbeat];
}

/** What the agent counted, in its report or at last. */
function stressOf({ agent, lastHeartbeat }: HostResult): Pick<HostEvidence, 'stress'> {
  if (agent !== undefined) {
    const operations = sum(agent.operations.map(({ count }) => count));
    const errors = sum(agent.operations.flatMap((operation) => Object.values(operation.errors)));
    return { stress: { operations, errors } };
  }
  return lastHeartbeat?.phase === 'stress' ? { stress: lastHeartbeat } : {};
}

function goneOf({ status, reason }: HostResult): Pick<HostEvidence, 'gone'> {
  const isGone = status === 'lost' || status === 'unreachable';
  return isGone ? { gone: `${status}: ${reason ?? 'nobody knows why'}` } : {};
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function clockOf(result: HostResult): HostClock {
  return hostClock(pingsOf(result));
}

export function pingsOf({ pings }: HostResult): readonly Ping[] {
  return pings.map(([sentNs, hostNs, receivedNs]) => ({ sentNs, hostNs, receivedNs }));
}
