/** The engine that reaches real hosts: transports, the agent, and for the demo SSH hosts of our own. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../controller/event-log.ts';
import type { RunOutcome } from '../controller/task.ts';
import { exitStatusOf, messageOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { onAbort } from '../transports/on-abort.ts';
import { quoteAll } from '../transports/shell.ts';
import { outputDrained } from './terminal/drained.ts';
import type { Connector, DemoFleet, Engine, Reach, RunRequest } from './engine.ts';
import { limitOf, statusAfter } from './status.ts';

interface Folders {
  readonly homeFolder: string;
  readonly currentFolder: string;
}

/** `currentFolder`: the user's project, whose packages are looked in first. */
export function liveEngine({ homeFolder, currentFolder }: Folders): Engine {
  return {
    run: (request) => run(request, { homeFolder, currentFolder }),
    async runCommand({ words: [first = '', ...others], ...request }) {
      const { runCommand } = await import('../controller/command.ts');
      await using reached = await connector(request, request.hosts, homeFolder);
      const command = others.length === 0 ? first : quoteAll([first, ...others]);
      return await runCommand({
        ...request,
        command,
        connect: reached.connect,
        shown: outputDrained,
        nowMs: () => performance.now(),
      });
    },
    connector: async (reach, hosts) => connector(reach, hosts, homeFolder),
    startDemo,
  };
}

/** Loaded only where it is needed: a command on many hosts starts in half the time without it. */
async function run(request: RunRequest, { homeFolder, currentFolder }: Folders): Promise<RunOutcome> {
  const { conduct } = await import('../controller/conduct.ts');
  const { loadAgentBundle } = await import('../controller/deploy/agent.ts');
  const { openRuntimes } = await import('../controller/deploy/runtime.ts');
  const { openEventLog } = await import('../controller/event-log.ts');
  const { finishRun } = await import('../controller/finish.ts');
  const { packageFiles } = await import('../controller/package-files.ts');
  const { createRunFolder } = await import('../controller/run-folder.ts');
  const { plan, reportsFolder, listen, signal, killSignal } = request;
  await using reached = await connector(request, plan.hosts, homeFolder);
  await using runtimes = await openRuntimes(request.runtime, [currentFolder, packageFiles.root]);
  const folder = await createRunFolder(reportsFolder, plan);
  const bundle = await loadAgentBundle(packageFiles.agent);
  const nowMs = (): number => performance.now();
  using log = openEventLog(folder, { now: () => new Date(), nowMs, listen });
  const stops = [
    onAbort(signal, () => log.emit({ kind: 'interrupted', isSecond: false, ...limitOf(signal) })),
    onAbort(killSignal, () => log.emit({ kind: 'interrupted', isSecond: true })),
  ];
  try {
    await conduct({
      ...request,
      folder,
      bundleFor: () => bundle,
      runtimes,
      connect: reached.connect,
      emit: log.emit,
      nowNs: () => nowMs() * 1e6,
    });
    const outcome = await finishRun(folder);
    endLog(log, outcome, statusAfter(signal, outcome.verdict));
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

/** SSH is loaded only where a host is to be reached: --help and completion start in half the time without it. */
async function connector(reach: Reach, hosts: readonly Host[], homeFolder: string): Promise<Connector> {
  const { createTransports } = await import('../transports/registry.ts');
  const { withSudo } = await import('../transports/sudo.ts');
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
