/**
 * Conducts a run: connects to every host, walks every task through setup, run and teardown with barriers between them, and
 * leaves one result a planned host in the run's folder. What hosts do wrong ends in their results; only what we do wrong is thrown.
 */
import { join } from 'node:path';
import { FunbricError, messageOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { onAbort } from '../transports/on-abort.ts';
import type { Connection } from '../transports/transport.ts';
import type { AgentBundle } from './deploy.ts';
import { HostRun } from './host-run.ts';
import { inPlaces } from './places.ts';
import type { ChosenTask } from './planning.ts';
import { runFiles, writeJson } from './run-folder.ts';
import { TaskRun, type Stage } from './task-run.ts';
import { interrupted } from './waiting.ts';

export interface ConductRequest extends Stage {
  /** In the plan's order. */
  readonly tasks: readonly ChosenTask[];
  /** The agent for a host: the same for all, but where faults are injected. */
  readonly bundleFor: (host: number) => AgentBundle;
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
  try {
    await connectAll(request, hosts);
    for (const chosen of request.tasks) {
      const ready = hosts.filter((host) => host.isCompleted);
      if (ready.length === 0 || request.signal.aborted) break;
      emit({ kind: 'task-started', task: chosen.name });
      await new TaskRun(request, chosen, ready).conduct();
    }
  } finally {
    await Promise.all(hosts.map((host) => endHost(request, host)));
    stopListening();
  }
}

async function connectAll({ connect, signal, parallel }: ConductRequest, hosts: readonly HostRun[]): Promise<void> {
  await inPlaces(hosts, { parallel }, async (host, place) => {
    try {
      await place.reach(() => host.connect(() => connect(host.host, signal)));
    } catch (error) {
      host.fail(signal.aborted ? interrupted('connecting') : error);
    }
  });
}

/** The host's one terminal event, and its one result. */
async function endHost({ folder, emit, signal }: ConductRequest, host: HostRun): Promise<void> {
  if (signal.aborted && host.isCompleted) host.fail(interrupted('the run'));
  await closeQuietly(host);
  const result = host.result();
  await writeJson(join(folder, runFiles.result(host.index)), result);
  const { status, reason } = result;
  emit({ kind: 'host-ended', host: host.name, status, ...(reason === undefined ? {} : { reason }) });
}

/** A connection that can't even be closed is gone. */
async function closeQuietly(host: HostRun): Promise<void> {
  try {
    await host.close();
  } catch (error) {
    host.fail(new FunbricError('lost', `${host.name}: closing the connection failed: ${messageOf(error)}`));
  }
}
