/** A whole run on real hosts: from the plan to its report. */
import { loadAgentBundle } from '../../controller/deploy/agent.ts';
import { openRuntimes } from '../../controller/deploy/runtime.ts';
import { openEventLog, type EventLog } from '../../controller/events/event-log.ts';
import type { Emit } from '../../controller/events/events.ts';
import { finishRun, loadFinish } from '../../controller/finish.ts';
import { packageFiles } from '../../controller/package-files.ts';
import { createRunFolder } from '../../controller/run-folder/run-folder.ts';
import { conduct } from '../../controller/run/conduct.ts';
import type { RunOutcome } from '../../controller/tasks/task.ts';
import { exitStatusOf, messageOf } from '../../model/errors.ts';
import { onAbort } from '../../transports/on-abort.ts';
import { limitOf, statusAfter } from '../status.ts';
import type { RunRequest } from './engine.ts';
import { connector, type Folders } from './live-hosts.ts';

export async function run(request: RunRequest, { homeFolder, currentFolder }: Folders): Promise<RunOutcome> {
  const { plan, reportsFolder, listen, signal, killSignal } = request;
  await using reached = connector(request, plan.hosts, homeFolder);
  await using runtimes = await openRuntimes(request.runtime, [currentFolder, packageFiles.root]);
  const folder = await createRunFolder(reportsFolder, plan);
  const bundle = await loadAgentBundle(packageFiles.agent);
  const nowMs = (): number => performance.now();
  using log = openEventLog(folder, { now: () => new Date(), nowMs, listen });
  const stops = [
    onAbort(signal, () => log.emit({ kind: 'interrupted', isSecond: false, ...limitOf(signal) })),
    onAbort(killSignal, () => log.emit({ kind: 'interrupted', isSecond: true })),
  ];
  let loading: Promise<unknown> | undefined;
  const emit: Emit = (event) => {
    log.emit(event);
    // What fails here fails again where it is needed.
    if (event.kind === 'host-connected') loading ??= loadFinish().catch(() => undefined);
  };
  try {
    await conduct({
      ...request,
      folder,
      bundleFor: () => bundle,
      runtimes,
      connect: reached.connect,
      emit,
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
