/** `funbric -H a,b -- cmd`: one command on every host, its lines as events, how it ended as data. */
import { explain, FunbricError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { HostStatus } from '../model/result.ts';
import { describeExit, type Connection } from '../transports/transport.ts';
import type { Emit } from './events.ts';
import { inPlaces, type Place } from './places.ts';
import { runRemoteCommand } from './remote-command.ts';

export interface CommandRequest {
  readonly hosts: readonly Host[];
  /** A line for the hosts' login shells. */
  readonly command: string;
  readonly connect: (host: Host, signal: AbortSignal) => Promise<Connection>;
  readonly parallel: number;
  /** In ms; 0: none. */
  readonly commandMs: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Resolves once what was emitted is shown: until then hosts are held back. */
  readonly shown: () => Promise<void>;
}

/** `code`: it ran and ended so. Without one it was never reached, lost or stopped, as `reason` says. */
export interface HostExit {
  readonly host: string;
  readonly status: HostStatus;
  readonly code?: number;
  readonly reason?: string;
}

/** One exit a host, in the hosts' order, each told as an event at once; never throws for what a host does. */
export async function runCommand(request: CommandRequest): Promise<readonly HostExit[]> {
  return await inPlaces(request.hosts, request, async (host, place) => {
    const exit = await runOn(request, host, place);
    const { status, reason } = exit;
    request.emit({ kind: 'host-ended', host: host.name, status, ...(reason === undefined ? {} : { reason }) });
    return exit;
  });
}

async function runOn(request: CommandRequest, target: Host, place: Place): Promise<HostExit> {
  const { command, commandMs, signal, emit, shown } = request;
  const host = target.name;
  let isReached = false;
  try {
    await using connection = await place.reach(() => request.connect(target, signal));
    isReached = true;
    const exit = await runRemoteCommand(connection, {
      line: command,
      limitMs: commandMs,
      signal,
      shown,
      onLine: (stream, line) => emit({ kind: 'line', host, stream, text: line.replace(/\r?\n$/, '') }),
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
