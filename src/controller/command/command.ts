/** `funbric -H a,b -- cmd`: one command on every host, its output as events and bytes, how it ended as data. */
import { explain, FunbricError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { Rolling } from '../../model/plan.ts';
import type { HostStatus } from '../../model/result.ts';
import { describeExit, type Connection } from '../../transports/transport.ts';
import type { Emit } from '../events/events.ts';
import { inPlaces, type Place } from '../fan-out/places.ts';
import { batchesOf, FailureBound } from '../fan-out/rolling.ts';
import { runRemoteCommand, type Stream } from './remote-command.ts';

export interface CommandRequest {
  readonly hosts: readonly Host[];
  /** A line for the hosts' login shells. */
  readonly command: string;
  readonly connect: (host: Host, signal: AbortSignal) => Promise<Connection>;
  readonly parallel: number;
  /** In ms; 0: none. */
  readonly commandMs: number;
  /** In ms without a word of the command; 0 or none: no limit. */
  readonly idleMs?: number;
  readonly rolling?: Rolling | undefined;
  /** A command that fails is a warning: it doesn't count for --max-fail. */
  readonly isWarnOnly?: boolean;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly output?: CommandOutput | undefined;
  /** Resolves once what was emitted is shown: until then hosts are held back. */
  readonly shown: () => Promise<void>;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/** Where output goes as it comes, beside the events: by the position of its host. */
export interface CommandOutput {
  /** Waited for before more is read. The bytes are only lent. */
  readonly write: (host: number, stream: Stream, bytes: Buffer) => void | Promise<void>;
  /** Once for each host that was reached. */
  readonly end: (host: number) => void | Promise<void>;
}

/** `code`: it ran and ended so. Without one it was never reached, lost or stopped, as `reason` says. */
export interface HostExit {
  readonly host: string;
  readonly status: HostStatus;
  readonly code?: number;
  readonly reason?: string;
  readonly elapsedMs?: number;
}

/** One exit a host, in the hosts' order, each told as an event at once; never throws for what a host does. */
export async function runCommand(request: CommandRequest): Promise<readonly HostExit[]> {
  const { hosts, emit, signal, isWarnOnly = false } = request;
  const bound = new FailureBound(request.rolling);
  const exits: HostExit[] = [];
  const numbered = hosts.map((host, index) => ({ host, index }));
  for (const batch of batchesOf(numbered, request.rolling)) {
    if (batch.of > 1 && bound.reason === undefined && !signal.aborted) {
      const names = batch.hosts.map(({ host }) => host.name);
      emit({ kind: 'batch-started', batch: batch.number, batches: batch.of, hosts: names });
    }
    // With a bound what becomes of a host decides whether the next one may begin.
    const places = { parallel: request.parallel, isKept: request.rolling !== undefined };
    const some = await inPlaces(batch.hosts, places, async ({ host, index }, place) => {
      const at = { index, place };
      const exit = bound.reason === undefined ? await timed(request, host, at) : notBegun(host.name, bound.reason);
      // What was interrupted says nothing of the host, so that those behind it say interrupted, too.
      if (!signal.aborted) bound.note(countedStatus(exit, isWarnOnly));
      emit({ kind: 'host-ended', ...exit });
      return exit;
    });
    const statuses = some.map((exit) => countedStatus(exit, isWarnOnly));
    if (!signal.aborted) bound.endBatch(batch, statuses);
    exits.push(...some);
  }
  return exits;
}

/** What is planned and never reached is unreachable, whoever decided so. */
export function notBegun(host: string, why: string): HostExit {
  return { host, status: 'unreachable', reason: `not begun: ${why}` };
}

function countedStatus({ status }: HostExit, isWarnOnly: boolean): HostStatus {
  return isWarnOnly && status === 'failed' ? 'completed' : status;
}

interface At {
  readonly index: number;
  readonly place: Place;
}

async function timed(request: CommandRequest, host: Host, at: At): Promise<HostExit> {
  const startedMs = request.nowMs();
  const exit = await ended(request, at.index, await runOn(request, host, at));
  return { ...exit, elapsedMs: Math.round(request.nowMs() - startedMs) };
}

/** Output that can't be kept is no success. */
async function ended({ output }: CommandRequest, index: number, exit: HostExit): Promise<HostExit> {
  if (exit.status === 'unreachable') return exit;
  try {
    await output?.end(index);
    return exit;
  } catch (error) {
    return exit.status === 'completed' ? { ...exit, status: 'failed', reason: explain(error) } : exit;
  }
}

async function runOn(request: CommandRequest, target: Host, { index, place }: At): Promise<HostExit> {
  const { command, commandMs, idleMs, signal, emit, shown, output } = request;
  const host = target.name;
  let isReached = false;
  try {
    await using connection = await place.reach(() => request.connect(target, signal));
    isReached = true;
    const exit = await runRemoteCommand(connection, {
      line: command,
      limitMs: commandMs,
      idleMs,
      signal,
      shown,
      onLine: (stream, line, isPartial) => {
        const text = line.replace(/\r?\n$/, '');
        emit({ kind: 'line', host, stream, text, ...(isPartial ? { isPartial } : {}) });
      },
      onBytes: output && ((stream, bytes) => output.write(index, stream, bytes)),
    });
    if (exit.kind !== 'exited') return { host, status: 'failed', code: killedCode, reason: describeExit(exit) };
    return exit.code === 0
      ? { host, status: 'completed', code: 0 }
      : { host, status: 'failed', code: exit.code, reason: `exit ${exit.code}` };
  } catch (error) {
    return { host, status: statusOf(error, isReached), reason: explain(error) };
  }
}

/** What shells say of a command that a signal ended. */
const killedCode = 128;

function statusOf(error: unknown, isReached: boolean): HostStatus {
  if (!isReached) return 'unreachable';
  return error instanceof FunbricError && error.code === 'lost' ? 'lost' : 'failed';
}
