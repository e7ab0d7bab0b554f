/** The engine that reaches real hosts: transports, the agent, and for the demo SSH hosts of our own. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../controller/command.ts';
import type { RunOutcome } from '../controller/task.ts';
import type { Host } from '../model/host.ts';
import { createTransports } from '../transports/registry.ts';
import { quoteAll } from '../transports/shell.ts';
import type { Connection } from '../transports/transport.ts';
import { outputDrained } from './drained.ts';
import type { DemoFleet, Engine, Reach, RunRequest } from './engine.ts';

export function liveEngine(homeFolder: string): Engine {
  return {
    run: (request) => run(request, homeFolder),
    runCommand: ({ words: [first = '', ...others], ...request }) =>
      runCommand({
        ...request,
        command: others.length === 0 ? first : quoteAll([first, ...others]),
        connect: connector(request, homeFolder),
        shown: outputDrained,
      }),
    startDemo,
  };
}

/** Loaded only where it is needed: a command on many hosts starts in half the time without it. */
async function run(request: RunRequest, homeFolder: string): Promise<RunOutcome> {
  const { conduct } = await import('../controller/conduct.ts');
  const { loadAgentBundle } = await import('../controller/deploy.ts');
  const { openEventLog } = await import('../controller/event-log.ts');
  const { finishRun } = await import('../controller/finish.ts');
  const { packageFiles } = await import('../controller/package-files.ts');
  const { createRunFolder } = await import('../controller/run-folder.ts');
  const { plan, reportsFolder, listen } = request;
  const folder = await createRunFolder(reportsFolder, plan);
  const bundle = await loadAgentBundle(packageFiles.agent);
  using log = openEventLog(folder, Date.now, listen);
  await conduct({
    ...request,
    folder,
    bundleFor: () => bundle,
    connect: connector(request, homeFolder),
    emit: log.emit,
    nowNs: () => performance.now() * 1e6,
  });
  const outcome = await finishRun(folder);
  log.emit({ kind: 'run-ended', verdict: outcome.verdict, reasons: outcome.reasons, report: outcome.reportPath });
  return outcome;
}

/** What was learned of ssh_config, keys and agents is kept as long as this is. */
function connector(reach: Reach, homeFolder: string): (host: Host, signal: AbortSignal) => Promise<Connection> {
  const { connectMs, isNewKeyAccepted, note } = reach;
  const transports = createTransports({
    home: homeFolder,
    userName: userInfo().username,
    env: process.env,
    random: Math.random,
    note,
  });
  return (host, signal) => transports.of(host).connect(host, { signal, connectMs, isNewKeyAccepted });
}

const demoHosts = 3;
const demoDuration = '8s';

async function startDemo(): Promise<DemoFleet> {
  const { startLoopbackFleet } = await import('../testing/loopback.ts');
  const folder = await mkdtemp(join(tmpdir(), 'funbric-demo-'));
  await chmod(folder, 0o700);
  const directory = join(folder, 'shared');
  await mkdir(directory);
  const fleet = await startLoopbackFleet({ count: demoHosts, folder });
  return {
    hosts: fleet.hosts.map(({ name, address, port, user }) => ({
      name,
      address,
      port,
      user,
      roles: [],
      groups: [],
      variables: {},
      identityFiles: [fleet.identityFile],
      knownHostsFiles: [fleet.knownHostsFile],
    })),
    words: ['runtest', '--dir', directory, '--duration', demoDuration, '--workers', '2'],
    async [Symbol.asyncDispose]() {
      await fleet.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
