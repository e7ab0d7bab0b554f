/**
 * The command line from its words to its exit status. Everything that belongs to the process (streams, clock, signals) is
 * passed in.
 */
import { join } from 'node:path';
import type { ChalkInstance } from 'chalk';
import { exitStatusOf } from '../model/errors.ts';
import { findTasks } from '../controller/tasks/find-tasks.ts';
import { privateFolder } from '../controller/inventory/private-folder.ts';
import { parseArguments, type Invocation } from './arguments/arguments.ts';
import { makeColors } from './terminal/colors.ts';
import { runCompletion } from './completion/run-completion.ts';
import { runOnHosts } from './command/run-on-hosts.ts';
import { describeError } from './errors.ts';
import { reservedOptions } from './arguments/reserved-options.ts';
import { chooseHosts, rememberHosts } from './hosts.ts';
import { nothingToDo } from './nothing-to-do.ts';
import { limitRun } from './run-limit.ts';
import { reachOf } from './reach.ts';
import type { Context, Shop, Surroundings } from './surroundings.ts';
import { holdable } from './terminal/holdable.ts';

/**
 * Loaded where it is needed: a command on many hosts, and a word that is being completed, need neither this nor the schemas
 * below it, which are most of what there is to load.
 */
const late = {
  help: async () => import('./arguments/help.ts'),
  lists: async () => import('./lists.ts'),
  tasks: async () => import('../controller/tasks/load-tasks.ts'),
  runs: async () => import('./run/run-tasks.ts'),
};

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

/** The tasks at hand: the user's win over ours. */
function openShop({ currentFolder, homeFolder, ownTasksFolder, library }: Surroundings): Shop {
  const taskFolders = [join(currentFolder, 'tasks'), ownTasksFolder];
  const files = new Map(findTasks(taskFolders).map((file) => [file.name, file]));
  const loadContext = {
    library,
    cacheFolder: privateFolder(join(homeFolder, '.cache', 'funbric', 'tasks')),
    reservedOptions,
  };
  const catalog = {
    names: [...files.keys()],
    load: async (name: string) => {
      const { loadTask } = await late.tasks();
      return await loadTask(files.get(name) ?? { name, path: name }, loadContext);
    },
  };
  return { catalog, loadContext, taskFolders };
}

async function perform(invocation: Invocation, context: Context): Promise<number> {
  switch (invocation.kind) {
    case 'help': {
      const { task } = invocation;
      const { terminal, out } = context;
      const { columns } = terminal.size();
      const { generalHelp, taskHelp } = await late.help();
      out(task === undefined ? await generalHelp(columns) : await taskHelp(task.name, task.task, columns));
      return 0;
    }
    case 'version':
      context.out(`${context.version}\n`);
      return 0;
    case 'list': {
      const { taskListJson, taskListText, taskRows } = await late.lists();
      const rows = await taskRows(findTasks(context.taskFolders), context.loadContext);
      context.out(invocation.fleet.progress === 'json' ? taskListJson(rows) : taskListText(rows, context.colors));
      return 0;
    }
    case 'list-hosts': {
      const { hostListText } = await late.lists();
      const hosts = await chooseHosts(invocation.fleet, context);
      const isJson = invocation.fleet.progress === 'json';
      context.out(isJson ? `${JSON.stringify(hosts, null, 2)}\n` : hostListText(hosts, context.colors));
      return 0;
    }
    case 'command': {
      const { fleet } = invocation;
      const hosts = await chooseHosts(fleet, context);
      if (hosts.length === 0) return nothingToDo(fleet, context);
      const { code, exits } = await runOnHosts({ ...invocation, hosts, reach: await reachOf(fleet, context), context });
      await rememberHosts(fleet, exits, context);
      return code;
    }
    case 'demo':
      return await runDemo(invocation, context);
    case 'run':
      return await (await late.runs()).runTasks(invocation, () => chooseHosts(invocation.fleet, context), context);
  }
}

/** The demo supplies hosts and words; from there on it is a run like any other. Words of the user come last, and so win. */
async function runDemo(demo: Extract<Invocation, { kind: 'demo' }>, context: Context): Promise<number> {
  await using fleet = await context.engine.startDemo();
  const words = [...demo.before, ...fleet.words, ...demo.after];
  const invocation = await parseArguments(words, context.catalog);
  if (invocation.kind !== 'run') return await perform(invocation, context);
  const { runTasks } = await late.runs();
  return await runTasks(invocation, async () => fleet.hosts, { ...context, isDemo: true });
}
