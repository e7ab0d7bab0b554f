/** The tasks of a command line: those on hosts as one run, from the plan to the last line on the terminal, then those without. */
import { resolve } from 'node:path';
import { rollingOf } from '../../controller/fan-out/rolling.ts';
import { makePlan, type ChosenTask } from '../../controller/run/planning.ts';
import type { RunOutcome } from '../../controller/tasks/task.ts';
import type { Host } from '../../model/host.ts';
import type { FleetValues, Invocation } from '../arguments/arguments.ts';
import { chooseHosts, rememberHosts } from '../hosts.ts';
import { planText } from '../lists.ts';
import { credentialsOf } from '../mount-credentials.ts';
import { nothingToDo } from '../nothing-to-do.ts';
import { progressOf } from '../progress/choice.ts';
import { openDisplay } from '../progress/display.ts';
import { reachOf } from '../reach.ts';
import { interruptedStatus, statusAfter, worstStatus } from '../status.ts';
import type { Context } from '../surroundings.ts';
import { makeSymbols } from '../terminal/symbols.ts';
import { LeftHosts } from './left-hosts.ts';
import { findingLines, hostLines, outcomeLines, type HostEnded } from './recap.ts';
import { runLocal } from './run-local.ts';
import { appendStepSummary } from './step-summary.ts';

/** Tasks on hosts make one run; what needs no hosts comes after it, unless Ctrl-C came before. */
export async function runTasks(
  { fleet, tasks, locals }: Extract<Invocation, { kind: 'run' }>,
  hosts: () => Promise<readonly Host[]>,
  context: Context,
): Promise<number> {
  for (const { task, options, positionals = [] } of tasks) await task.prepare?.({ arguments: positionals }, options);
  if (fleet.isDryRun) return await dryRun(fleet, tasks, hosts, context);
  const statuses: number[] = [];
  if (tasks.length > 0) statuses.push(await runFleet(fleet, tasks, await hosts(), context));
  for (const local of locals) {
    if (context.signal.aborted) return interruptedStatus;
    const given = {
      hosts: async () => chooseHosts(fleet, context),
      reach: async () => reachOf(fleet, context),
      say: sayOf(fleet, context),
    };
    statuses.push(await runLocal(fleet, local, { ...context, ...given }));
  }
  return worstStatus(statuses);
}

async function dryRun(
  fleet: FleetValues,
  tasks: readonly ChosenTask[],
  hosts: () => Promise<readonly Host[]>,
  context: Context,
): Promise<number> {
  if (tasks.length === 0) {
    context.out('nothing was done: no task on this line makes a run\n');
    return 0;
  }
  const plan = planOf(fleet, tasks, await hosts(), context);
  const previews = tasks.map(({ task, options }) => task.preview?.(options) ?? []);
  context.out(isJson(fleet) ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan, previews, context.colors));
  return 0;
}

function planOf(
  fleet: FleetValues,
  tasks: readonly ChosenTask[],
  hosts: readonly Host[],
  context: Context,
): ReturnType<typeof makePlan> {
  const { connectMs, commandMs, idleMs, runMs, hungMs, errorShare, beforeVerifyMs } = fleet;
  const { seed, isKept, isWarnOnly, beforeVerify, isAfterCrash, workDir } = fleet;
  return makePlan({
    tasks,
    hosts,
    seed: seed ?? context.randomSeed(),
    limits: { connectMs, commandMs, idleMs, runMs, hungMs, errorShare, beforeVerifyMs },
    rolling: rollingOf(fleet.batches, fleet.maxFail, hosts.length),
    isWarnOnly,
    isKept,
    ...(beforeVerify === undefined ? {} : { beforeVerify }),
    isAfterCrash,
    ...(workDir === undefined ? {} : { workDir }),
    version: context.version,
    now: context.now(),
    nonce: context.nonce(),
  });
}

async function runFleet(
  fleet: FleetValues,
  tasks: readonly ChosenTask[],
  hosts: readonly Host[],
  context: Context,
): Promise<number> {
  const { engine, colors, currentFolder, signal, environment } = context;
  if (hosts.length === 0 && fleet.rerun !== undefined) return nothingToDo(fleet, context);
  const plan = planOf(fleet, tasks, hosts, context);
  const progress = progressOf({ choice: fleet.progress, environment, isTerminal: context.terminal.isTerminal });
  const ended: HostEnded[] = [];
  const left = new LeftHosts();
  context.lastWords.say = () => left.ofRun(plan);
  context.lastWords.isWithHosts = () => ended.length < hosts.length;
  const mountCredentials = await credentialsOf(plan, context.prompt);
  const reach = await reachOf(fleet, context);
  let outcome: RunOutcome;
  {
    using display = openDisplay(progress, { ...context, plan, symbols: makeSymbols(environment) });
    outcome = await engine.run({
      ...reach,
      plan,
      tasks,
      mountCredentials,
      reportsFolder: resolve(currentFolder, fleet.reportsFolder),
      runtime: fleet.runtime,
      listen(event) {
        if (event.kind === 'host-ended') ended.push(event);
        left.listen(event);
        display.listen(event);
      },
    });
  }
  delete context.lastWords.say;
  delete context.lastWords.isWithHosts;
  const status = statusAfter(signal, outcome.verdict);
  if (context.isDemo !== true) await rememberHosts(fleet, ended, context);
  const { run } = outcome;
  await appendStepSummary(outcome, context);
  const say = sayOf(fleet, context);
  for (const line of [
    ...hostLines(ended, colors, { run, isBrief: progress === 'quiet' }),
    ...findingLines(run?.findings ?? [], colors),
    ...outcomeLines(outcome, { code: status, colors, ended }),
  ]) {
    say(line);
  }
  return status;
}

/** With --json the events have stdout to themselves. */
function sayOf(fleet: FleetValues, { out, err }: Context): (line: string) => void {
  return (line) => (isJson(fleet) ? err : out)(`${line}\n`);
}

function isJson({ progress }: FleetValues): boolean {
  return progress === 'json';
}
