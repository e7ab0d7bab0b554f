/**
 * The command line from its words to its exit status. Everything that belongs to the process (streams, clock, signals) is
 * passed in.
 */
import { join, resolve } from 'node:path';
import type { ChalkInstance } from 'chalk';
import { exitStatusOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { findTasks, loadTask, privateFolder, type LoadContext } from '../controller/load-tasks.ts';
import { makePlan, type ChosenTask } from '../controller/planning.ts';
import { rollingOf } from '../controller/rolling.ts';
import type { RunOutcome } from '../controller/task.ts';
import { parseArguments, type FleetValues, type Invocation } from './arguments.ts';
import { makeColors } from './terminal/colors.ts';
import { runCompletion } from './completion/run-completion.ts';
import { runOnHosts } from './command/run-on-hosts.ts';
import { openDisplay } from './progress/display.ts';
import type { Engine } from './engine.ts';
import { credentialsOf, type Prompt } from './mount-credentials.ts';
import { describeError } from './errors.ts';
import { fleetOptionNames } from './fleet-options.ts';
import { generalHelp, taskHelp } from './help.ts';
import { chooseHosts, rememberHosts } from './hosts.ts';
import { hostListText, planText, taskListJson, taskListText, taskRows } from './lists.ts';
import { progressOf } from './progress/choice.ts';
import { LeftHosts } from './left-hosts.ts';
import { limitRun } from './run-limit.ts';
import { findingLines, hostLines, outcomeLines, type HostEnded } from './recap.ts';
import { reachOf } from './reach.ts';
import { holdable, type HoldableTerminal } from './terminal/holdable.ts';
import type { Terminal } from './terminal/screen.ts';
import { runLocal } from './run-local.ts';
import { interruptedStatus, statusAfter, worstStatus } from './status.ts';
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
  /** Whoever read `out` has gone. */
  readonly unread: AbortSignal;
  /** Said where the program must end at once: what it leaves behind. */
  readonly lastWords: { say?: () => string | undefined };
}

export async function runProgram(argv: readonly string[], around: Surroundings): Promise<number> {
  let isColored: boolean | undefined;
  const colors = (): ChalkInstance => colorsOf(isColored, around);
  try {
    const shop = openShop(around);
    if (await runCompletion(argv, { ...around, ...shop })) return 0;
    const invocation = await parseArguments(argv, shop.catalog);
    const fleet = 'fleet' in invocation ? invocation.fleet : undefined;
    isColored = fleet?.isColored;
    using limit = limitRun(fleet?.runMs ?? 0, around.signal);
    const seed = around.randomSeed();
    const terminal = holdable(around.terminal);
    const drawn = { randomSeed: () => seed, signal: limit.signal, terminal, colors: colors() };
    return await perform(invocation, { ...around, ...shop, ...drawn });
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

type Context = Surroundings &
  Shop & { readonly colors: ChalkInstance; readonly terminal: HoldableTerminal; readonly isDemo?: boolean };

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
      const hosts = await hostsOf(invocation.fleet, context);
      context.out(
        isJson(invocation.fleet) ? `${JSON.stringify(hosts, null, 2)}\n` : hostListText(hosts, context.colors),
      );
      return 0;
    }
    case 'command': {
      const { fleet } = invocation;
      const hosts = await hostsOf(fleet, context);
      if (hosts.length === 0) return 0;
      const { code, exits } = await runOnHosts({ ...invocation, hosts, reach: await reachOf(fleet, context), context });
      rememberHosts(fleet, exits, context);
      return code;
    }
    case 'demo':
      return await runDemo(invocation, context);
    case 'run':
      return await runTasks(invocation, () => hostsOf(invocation.fleet, context), context);
  }
}

async function hostsOf(fleet: FleetValues, context: Context): Promise<readonly Host[]> {
  return await chooseHosts(fleet, fleet.seed ?? context.randomSeed(), context);
}

/** The demo supplies hosts and words; from there on it is a run like any other. Words of the user come last, and so win. */
async function runDemo(demo: Extract<Invocation, { kind: 'demo' }>, context: Context): Promise<number> {
  await using fleet = await context.engine.startDemo();
  const words = [...demo.before, ...fleet.words, ...demo.after];
  const invocation = await parseArguments(words, context.catalog);
  if (invocation.kind !== 'run') return await perform(invocation, context);
  return await runTasks(invocation, async () => fleet.hosts, { ...context, isDemo: true });
}

/** Tasks on hosts make one run; what needs no hosts comes after it, unless Ctrl-C came before. */
async function runTasks(
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
      hosts: async () => hostsOf(fleet, context),
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
  context.out(isJson(fleet) ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan, context.colors));
  return 0;
}

function planOf(
  fleet: FleetValues,
  tasks: readonly ChosenTask[],
  hosts: readonly Host[],
  context: Context,
): ReturnType<typeof makePlan> {
  const { connectMs, commandMs, idleMs, runMs, hungMs, errorShare, beforeVerifyMs } = fleet;
  const { seed, isKept, isWarnOnly, beforeVerify, workDir } = fleet;
  return makePlan({
    tasks,
    hosts,
    seed: seed ?? context.randomSeed(),
    limits: { connectMs, commandMs, idleMs, runMs, hungMs, errorShare, beforeVerifyMs },
    rolling: rollingOf(fleet.batches, fleet.maxFail, hosts.length),
    isWarnOnly,
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
  if (hosts.length === 0 && fleet.rerun !== undefined) return 0;
  const plan = planOf(fleet, tasks, hosts, context);
  const progress = progressOf({ choice: fleet.progress, environment, isTerminal: context.terminal.isTerminal });
  const ended: HostEnded[] = [];
  const left = new LeftHosts();
  context.lastWords.say = () => left.ofRun(plan);
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
  const status = statusAfter(signal, outcome.verdict);
  if (context.isDemo !== true) rememberHosts(fleet, ended, context);
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
