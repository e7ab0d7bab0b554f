/**
 * Conducts a run: connects to every host, walks every task through setup, run and teardown with barriers between them, and
 * leaves one result a planned host in the run's folder. What hosts do wrong ends in their results; only what we do wrong is thrown.
 */
import { join } from 'node:path';
import { checksummedJson } from '../../formats/checksum.ts';
import { FunbricError, messageOf } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import { onAbort } from '../../transports/on-abort.ts';
import type { Connection } from '../../transports/transport.ts';
import type { AgentBundle } from '../deploy/agent.ts';
import type { Runtimes } from '../deploy/runtime.ts';
import { inPlaces } from '../fan-out/places.ts';
import { batchesOf, FailureBound, type Batch } from '../fan-out/rolling.ts';
import { runFiles, writeWhole } from '../run-folder/run-folder.ts';
import { interrupted } from '../fan-out/waiting.ts';
import { HostRun } from './host-run.ts';
import type { ChosenTask } from './planning.ts';
import type { Stage } from './stage.ts';
import { TaskRun } from './task-run.ts';

export interface ConductRequest extends Stage {
  /** In the plan's order. */
  readonly tasks: readonly ChosenTask[];
  /** The agent for a host: the same for all, but where faults are injected. */
  readonly bundleFor: (host: number) => AgentBundle;
  /** For hosts that have no Node.js. */
  readonly runtimes: Runtimes;
  readonly connect: (host: Host, signal: AbortSignal) => Promise<Connection>;
  /** Simultaneous logins. A stress always runs on all hosts at once. */
  readonly parallel: number;
  /** The controller's monotonic clock. */
  readonly nowNs: () => number;
}

export async function conduct(request: ConductRequest): Promise<void> {
  const { plan, folder, emit } = request;
  const hosts = plan.hosts.map(
    (host, index) => new HostRun({ ...request, index, host, bundle: request.bundleFor(index) }),
  );
  emit({
    kind: 'run-started',
    run: plan.run,
    folder,
    hosts: hosts.map(({ name }) => name),
    tasks: plan.tasks.map(({ name }) => name),
  });
  const letGo = (): void => hosts.forEach((host) => void closeQuietly(host));
  const stopListening = onAbort(request.killSignal, letGo);
  const ahead = new Set(hosts);
  const end = async (some: Iterable<HostRun>): Promise<void> => {
    await Promise.all(
      Array.from(some, async (host) => {
        if (ahead.delete(host)) await endHost(request, host);
      }),
    );
  };
  try {
    const bound = new FailureBound(plan.rolling);
    for (const batch of batchesOf(hosts, plan.rolling)) {
      await conductBatch(request, batch, bound);
      await end(batch.hosts);
    }
  } finally {
    await end([...ahead]);
    stopListening();
  }
}

/** The hosts of a batch through all tasks, each task with barriers of its own. */
async function conductBatch(request: ConductRequest, batch: Batch<HostRun>, bound: FailureBound): Promise<void> {
  const { emit, signal, tasks } = request;
  const { hosts } = batch;
  if (batch.of > 1 && bound.reason === undefined && !signal.aborted) {
    emit({ kind: 'batch-started', batch: batch.number, batches: batch.of, hosts: hosts.map(({ name }) => name) });
  }
  await connectAll(request, hosts, bound);
  for (const chosen of tasks) {
    const ready = hosts.filter((host) => host.isCompleted);
    if (ready.length === 0 || signal.aborted) break;
    if (bound.reason !== undefined) {
      for (const host of ready) host.fail(notBegun(host, bound.reason, `${chosen.name} was `));
      break;
    }
    emit({ kind: 'task-started', task: chosen.name });
    await new TaskRun(request, chosen, ready).conduct();
    for (const host of ready) bound.note(host.status);
  }
  bound.endBatch(
    batch,
    hosts.map(({ status }) => status),
  );
}

async function connectAll(request: ConductRequest, hosts: readonly HostRun[], bound: FailureBound): Promise<void> {
  const { connect, signal, parallel, plan } = request;
  await inPlaces(hosts, { parallel, isKept: plan.rolling !== undefined }, async (host, place) => {
    try {
      if (bound.reason !== undefined) throw notBegun(host, bound.reason);
      await place.reach(() => host.connect(() => connect(host.host, signal)));
    } catch (error) {
      const isBegun = bound.reason === undefined;
      host.fail(signal.aborted ? interrupted('connecting', signal) : error);
      if (isBegun) bound.note(host.status);
    }
  });
}

/** What is planned and never begun is unreachable, whoever decided so. */
function notBegun({ name }: HostRun, why: string, what = ''): FunbricError {
  return new FunbricError('unreachable', `${name}: ${what}not begun: ${why}`);
}

/** The host's one terminal event, and its one result. */
async function endHost({ folder, emit, signal }: ConductRequest, host: HostRun): Promise<void> {
  if (signal.aborted && host.isCompleted) host.fail(interrupted('the run', signal));
  await closeQuietly(host);
  const result = host.result();
  // On one line: of an hour it is 20,000 rows of numbers, and a thousand hosts have them.
  await writeWhole(join(folder, runFiles.result(host.index)), checksummedJson(result));
  const { status, reason, isInterrupted } = result;
  emit({
    kind: 'host-ended',
    host: host.name,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(isInterrupted === undefined ? {} : { isInterrupted }),
  });
}

/** A connection that can't even be closed is gone. */
async function closeQuietly(host: HostRun): Promise<void> {
  try {
    await host.close();
  } catch (error) {
    host.fail(new FunbricError('lost', `${host.name}: closing the connection failed: ${messageOf(error)}`));
  }
}
