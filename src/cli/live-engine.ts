/** The engine that reaches real hosts: transports, the agent, and for the demo SSH hosts of our own. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../controller/command.ts';
import type { EventLog } from '../controller/event-log.ts';
import type { RunOutcome } from '../controller/task.ts';
import { exitStatusOf, messageOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { onAbort } from '../transports/on-abort.ts';
import { createTransports } from '../transports/registry.ts';
import { quoteAll } from '../transports/shell.ts';
import type { Connection } from '../transports/transport.ts';
import { outputDrained } from './terminal/drained.ts';
import type { DemoFleet, Engine, Reach, RunRequest } from './engine.ts';
import { interruptedStatus, statusOf } from './status.ts';

export function liveEngine(homeFolder: string): Engine {
  return {
    run: (request) => run(request, homeFolder),
    async runCommand({ words: [first = '', ...others], ...request }) {
      await using reached = connector(request, homeFolder);
      const command = others.length === 0 ? first : quoteAll([first, ...others]);
      return await runCommand({ ...request, command, connect: reached.connect, shown: outputDrained });
    },
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
  const { plan, reportsFolder, listen, signal, killSignal } = request;
  const folder = await createRunFolder(reportsFolder, plan);
  const bundle = await loadAgentBundle(packageFiles.agent);
  const nowMs = (): number => performance.now();
  await using reached = connector(request, homeFolder);
  using log = openEventLog(folder, { now: () => new Date(), nowMs, listen });
  const stops = [
    onAbort(signal, () => log.emit({ kind: 'interrupted', isSecond: false })),
    onAbort(killSignal, () => log.emit({ kind: 'interrupted', isSecond: true })),
  ];
  try {
    await conduct({
      ...request,
      folder,
      bundleFor: () => bundle,
      connect: reached.connect,
      emit: log.emit,
      nowNs: () => nowMs() * 1e6,
    });
    const outcome = await finishRun(folder);
    endLog(log, outcome, signal.aborted ? interruptedStatus : statusOf(outcome.verdict));
    return outcome;
  } catch (error) {
    endLog(log, { verdict: 'incomplete', reasons: [messageOf(error)] }, exitStatusOf(error));
    throw error;
  } finally {
    for (const stop of stops) stop();
  }
}

/** Whatever becomes of a run, its last event says. */
function endLog(
  log: EventLog,
  outcome: Pick<RunOutcome, 'verdict' | 'reasons'> & { reportPath?: string },
  code: number,
): void {
  const { verdict, reasons, reportPath } = outcome;
  log.emit({ kind: 'run-ended', verdict, code, reasons, ...(reportPath === undefined ? {} : { report: reportPath }) });
}

interface Connector extends AsyncDisposable {
  readonly connect: (host: Host, signal: AbortSignal) => Promise<Connection>;
}

/** What was learned of ssh_config, keys and agents, and logins to jump hosts, are kept as long as this is. */
function connector(reach: Reach, homeFolder: string): Connector {
  const { connectMs, isNewKeyAccepted, secrets, isAgentForwarded, note } = reach;
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
  return {
    connect: async (host, signal) => transports.of(host).connect(host, { signal, connectMs, isNewKeyAccepted }),
    [Symbol.asyncDispose]: async () => transports.close(),
  };
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
