/** Real hosts: how they are reached, and one command on all of them. */
import { userInfo } from 'node:os';
import { runCommand, type HostExit } from '../../controller/command/command.ts';
import type { Host } from '../../model/host.ts';
import { createTransports } from '../../transports/registry.ts';
import { quoteAll } from '../../transports/shell.ts';
import { withSudo } from '../../transports/sudo/sudo.ts';
import { outputDrained } from '../terminal/drained.ts';
import type { CommandRequest, Connector, Reach } from './engine.ts';

export interface Folders {
  readonly homeFolder: string;
  /** The user's project, whose packages are looked in first. */
  readonly currentFolder: string;
}

export async function command(
  { words: [first = '', ...others], ...request }: CommandRequest,
  { homeFolder }: Folders,
): Promise<readonly HostExit[]> {
  await using reached = connector(request, request.hosts, homeFolder);
  return await runCommand({
    ...request,
    command: others.length === 0 ? first : quoteAll([first, ...others]),
    connect: reached.connect,
    shown: outputDrained,
    nowMs: () => performance.now(),
  });
}

export function connector(reach: Reach, hosts: readonly Host[], homeFolder: string): Connector {
  const { connectMs, isNewKeyAccepted, secrets, isAgentForwarded, note, sudo, sudoPassword: password } = reach;
  const transports = createTransports({
    home: homeFolder,
    userName: userInfo().username,
    env: process.env,
    random: Math.random,
    now: () => new Date(),
    secrets,
    isAgentForwarded,
    note,
  });
  transports.check(hosts);
  return {
    async connect(host, signal) {
      const connection = await transports.of(host).connect(host, { signal, connectMs, isNewKeyAccepted });
      return sudo === undefined ? connection : withSudo(connection, { user: sudo.user, password });
    },
    [Symbol.asyncDispose]: async () => transports.close(),
  };
}
