/**
 * The command line from its words to its exit status. Everything that belongs to the process (streams, clock, signals) is
 * passed in.
 */
import { join, resolve } from 'node:path';
import type { ChalkInstance } from 'chalk';
import { exitStatusOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { findHostsFile, readHostsFile } from '../controller/hosts-file.ts';
import { selectHosts } from '../controller/inventory.ts';
import { findTasks, loadTask, privateFolder, type LoadContext } from '../controller/load-tasks.ts';
import { stamper } from '../controller/events.ts';
import { makePlan, type ChosenTask } from '../controller/planning.ts';
import type { RunOutcome } from '../controller/task.ts';
import { abortable } from '../controller/waiting.ts';
import { parseArguments, type FleetValues, type Invocation, type LocalCall } from './arguments.ts';
import { makeColors } from './terminal/colors.ts';
import { runOnHosts } from './command.ts';
import { openDisplay } from './progress/display.ts';
import type { Engine, Reach } from './engine.ts';
import { credentialsOf, type Prompt } from './mount-credentials.ts';
import { describeError } from './errors.ts';
import { fleetOptionNames } from './fleet-options.ts';
import { generalHelp, taskHelp } from './help.ts';
import { holdable, loginSecrets, type HoldableTerminal } from './login-secrets.ts';
import { hostListText, planText, taskListJson, taskListText, taskRows } from './lists.ts';
import { progressOf } from './progress/choice.ts';
import { findingLines, hostLines, outcomeLines, type HostEnded } from './recap.ts';
import { sanitizeLines } from './terminal/sanitize.ts';
import type { Terminal } from './terminal/screen.ts';
import { interruptedStatus, statusOf, worstStatus } from './status.ts';
import { makeSymbols } from './terminal/symbols.ts';
import type { Catalog } from './words.ts';

export interface Surroundings {
  readonly engine: Engine;
  /** What tasks import as 'funbric'. */
  readonly library: () => Promise<Readonly<Record<string, unknown>>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Where `out` goes, as far as a person sees it. */
  readonly terminal: Terminal;
  /** For what must be asked. */
  readonly prompt: Prompt;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  readonly homeFolder: string;
  /** The tasks that come with funbric. */
  readonly ownTasksFolder: string;
  readonly version: string;
  readonly now: () => Date;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly randomSeed: () => number;
  readonly nonce: () => string;
  readonly signal: AbortSignal;
  readonly killSignal: AbortSignal;
}

export async function runProgram(argv: readonly string[], around: Surroundings): Promise<number> {
  let isColored: boolean | undefined;
  const colors = (): ChalkInstance => colorsOf(isColored, around);
  try {
    const shop = openShop(around);
    const invocation = await parseArguments(argv, shop.catalog);
    if ('fleet' in invocation) isColored = invocation.fleet.isColored;
    return await perform(invocation, { ...around, ...shop, terminal: holdable(around.terminal), colors: colors() });
  } catch (error) {
    around.err(describeError(error, colors()));
    return exitStatusOf(error);
  }
}

function colorsOf(isWanted: boolean | undefined, { environment, terminal }: Surroundings): ChalkInstance {
  return makeColors({ isWanted, environment, isTerminal: terminal.isTerminal });
}

interface Shop {
  readonly catalog: Catalog;
  readonly loadContext: LoadContext;
  readonly taskFolders: readonly string[];
}

type Context = Surroundings & Shop & { readonly colors: ChalkInstance; readonly terminal: HoldableTerminal };

/** The tasks at hand: the user's win over ours. */
function openShop({ currentFolder, homeFolder, ownTasksFolder, library }: Surroundings): Shop {
  const taskFolders = [join(currentFolder, 'tasks'), ownTasksFolder];
  const files = new Map(findTasks(taskFolders).map((file) => [file.name, file]));
  const loadContext = {
    library,
    cacheFolder: privateFolder(join(homeFolder, '.cache', 'funbric', 'tasks')),
    reservedOptions: fleetOptionNames,
  };
  const catalog = {
    names: [...files.keys()],
    load: async (name: string) => loadTask(files.get(name) ?? { name, path: name }, loadContext),
  };
  return { catalog, loadContext, taskFolders };
}

async function perform(invocation: Invocation, context: Context): Promise<number> {
  switch (invocation.kind) {
    case 'help': {
      const { task } = invocation;
      const { terminal, out } = context;
      const { columns } = terminal.size();
      out(task === undefined ? await generalHelp(columns) : await taskHelp(task.name, task.task, columns));
      return 0;
    }
    case 'version':
      context.out(`${context.version}\n`);
      return 0;
    case 'list': {
      const rows = await taskRows(findTasks(context.taskFolders), context.loadContext);
      context.out(isJson(invocation.fleet) ? taskListJson(rows) : taskListText(rows, context.colors));
      return 0;
    }
    case 'list-hosts': {
      const hosts = hostsOf(invocation.fleet, context);
      context.out(
        isJson(invocation.fleet) ? `${JSON.stringify(hosts, null, 2)}\n` : hostListText(hosts, context.colors),
      );
      return 0;
    }
    case 'command': {
      const hosts = hostsOf(invocation.fleet, context);
      return await runOnHosts({ ...invocation, hosts, reach: await reachOf(invocation.fleet, context), context });
    }
    case 'demo':
      return await runDemo(invocation, context);
    case 'run':
      return await runTasks(invocation, () => hostsOf(invocation.fleet, context), context);
  }
}

function hostsOf(fleet: FleetValues, { currentFolder, homeFolder }: Context): readonly Host[] {
  const file = findHostsFile(currentFolder, fleet.hostsFile);
  const known = file === undefined ? undefined : readHostsFile(file, homeFolder);
  return selectHosts(fleet, { fleet: known, currentFolder, homeFolder });
}

async function reachOf(fleet: FleetValues, context: Context): Promise<Reach> {
  const { signal, killSignal, err } = context;
  const { connectMs, isNewKeyAccepted, isAgentForwarded, parallel } = fleet;
  const note = (text: string): void => err(`${sanitizeLines(text)}\n`);
  const secrets = fleet.isDryRun ? {} : await loginSecrets(fleet, context);
  return { connectMs, isNewKeyAccepted, isAgentForwarded, secrets, parallel, signal, killSignal, note };
}

/** The demo supplies hosts and words; from there on it is a run like any other. Words of the user come last, and so win. */
async function runDemo(demo: Extract<Invocation, { kind: 'demo' }>, context: Context): Promise<number> {
  await using fleet = await context.engine.startDemo();
  const words = [...demo.before, ...fleet.words, ...demo.after];
  const invocation = await parseArguments(words, context.catalog);
  if (invocation.kind !== 'run') return await perform(invocation, context);
  return await runTasks(invocation, () => fleet.hosts, context);
}

/** Tasks on hosts make one run; what needs no hosts comes after it, unless Ctrl-C came before. */
async function runTasks(
  { fleet, tasks, locals }: Extract<Invocation, { kind: 'run' }>,
  hosts: () => readonly Host[],
  context: Context,
): Promise<number> {
  if (fleet.isDryRun) return dryRun(fleet, tasks, hosts, context);
  const statuses: number[] = [];
  if (tasks.length > 0) statuses.push(await runFleet(fleet, tasks, hosts(), context));
  for (const local of locals) {
    if (context.signal.aborted) return interruptedStatus;
    statuses.push(await runLocal(fleet, local, context));
  }
  return worstStatus(statuses);
}

function dryRun(
  fleet: FleetValues,
  tasks: readonly ChosenTask[],
  hosts: () => readonly Host[],
  context: Context,
): number {
  if (tasks.length === 0) {
    context.out('nothing was done: no task on this line needs hosts\n');
    return 0;
  }
  const plan = planOf(fleet, tasks, hosts(), context);
  context.out(isJson(fleet) ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan, context.colors));
  return 0;
}

function planOf(
  fleet: FleetValues,
  tasks: readonly ChosenTask[],
  hosts: readonly Host[],
  context: Context,
): ReturnType<typeof makePlan> {
  const { connectMs, commandMs, hungMs, errorShare, beforeVerifyMs, seed, isKept, beforeVerify, workDir } = fleet;
  return makePlan({
    tasks,
    hosts,
    seed: seed ?? context.randomSeed(),
    limits: { connectMs, commandMs, hungMs, errorShare, beforeVerifyMs },
    isKept,
    ...(beforeVerify === undefined ? {} : { beforeVerify }),
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
  const plan = planOf(fleet, tasks, hosts, context);
  const progress = progressOf({ choice: fleet.progress, environment, isTerminal: context.terminal.isTerminal });
  const ended: HostEnded[] = [];
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
      listen(event) {
        if (event.kind === 'host-ended') ended.push(event);
        display.listen(event);
      },
    });
  }
  const status = signal.aborted ? interruptedStatus : statusOf(outcome.verdict);
  const { run } = outcome;
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

async function runLocal(
  fleet: FleetValues,
  { task, options, positionals }: LocalCall,
  context: Context,
): Promise<number> {
  const { out, colors, currentFolder, now, nowMs } = context;
  const say = sayOf(fleet, context);
  const data = (value: unknown): void => out(`${JSON.stringify(value)}\n`);
  const stamp = stamper({ now, nowMs });
  const isChosen = fleet.hosts.length > 0 || fleet.roles.length > 0;
  const work = task.local?.(
    {
      arguments: positionals,
      reportsFolder: resolve(currentFolder, fleet.reportsFolder),
      hosts: isChosen ? hostsOf(fleet, context).map(({ name }) => name) : [],
      log: (text) => say(sanitizeLines(text)),
      data: isJson(fleet) ? data : undefined,
    },
    options,
  );
  // Nothing is to be torn down here: the first Ctrl-C ends it.
  const outcome = await abortable(Promise.resolve(work), context.signal);
  if (outcome === undefined) return 0;
  const { verdict, reasons, reportPath: report, run } = outcome;
  const status = statusOf(verdict);
  for (const line of [...findingLines(run?.findings ?? [], colors), ...outcomeLines(outcome, { code: status, colors })])
    say(line);
  if (isJson(fleet)) data(stamp({ kind: 'run-ended', verdict, code: status, reasons, report }));
  return status;
}
