/** `funbric -H a,b -- cmd`: one command on every host, its lines as events, how it ended as data. */
import pMap from 'p-map';
import { explain } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { describeExit, type Connection } from '../transports/transport.ts';
import type { Emit } from './events.ts';
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
  readonly code?: number;
  readonly reason?: string;
}

/** One exit a host, in the hosts' order; never throws for what a host does. */
export async function runCommand(request: CommandRequest): Promise<readonly HostExit[]> {
  return await pMap(request.hosts, (host) => runOn(request, host), { concurrency: request.parallel });
}

async function runOn(request: CommandRequest, host: Host): Promise<HostExit> {
  const { command, commandMs, signal, emit, shown } = request;
  try {
    await using connection = await request.connect(host, signal);
    const exit = await runRemoteCommand(connection, {
      line: command,
      limitMs: commandMs,
      signal,
      shown,
      onLine: (stream, line) => emit({ kind: 'line', host: host.name, stream, text: line.replace(/\r?\n$/, '') }),
    });
    return exit.kind === 'exited'
      ? { host: host.name, code: exit.code }
      : { host: host.name, code: 128, reason: describeExit(exit) };
  } catch (error) {
    return { host: host.name, reason: explain(error) };
  }
}
