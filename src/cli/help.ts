/** Help, from the same tables that are parsed by. */
import type yargs from 'yargs';
import { flagOf, placeholderOf } from '../controller/options.ts';
import type { Task, TaskOption } from '../controller/task.ts';
import { fleetOptions, type FleetOption } from './fleet-options.ts';

const usageText = `funbric [options] TASK [task options] [TASK ...]
funbric [options] -- COMMAND [ARGUMENTS]
funbric demo

Runs tasks on many hosts over SSH, all at the same time, and proves whether the file system under test kept its data.
A word that names a task starts that task; options of funbric may stand before or after it.`;

const examples: readonly (readonly [command: string, means: string])[] = [
  ['funbric demo', 'three hosts of its own, ten seconds, a report'],
  ['funbric -H web[1-3] runtest --dir /mnt/test', 'stress one shared directory from three hosts'],
  ['funbric -R client -x client07 -- uname -a', 'one command on all hosts with a role, but one'],
  ['funbric -H web1 -J gate --ask-pass -- uptime', 'over a jump host, with a password asked once'],
  ['funbric merge', 'judge the latest run again'],
  ['funbric log -H web1', 'what a host of the latest run said'],
  ['funbric TASK --help', 'the options of a task'],
];

const exitStatuses =
  'Exit status: 0 pass, 1 fail, 2 incomplete (a host was unreachable or lost, or evidence is missing), 64 usage, 65 input refused, 70 a bug, 130 interrupted.';

export async function generalHelp(columns: number): Promise<string> {
  const parser = (await blank(columns)).usage(usageText);
  for (const [name, option] of Object.entries<FleetOption>(fleetOptions)) {
    parser.option(name, {
      ...shapeOf(option, option.placeholder ?? placeholderOf(option)),
      ...(option.alias === undefined ? {} : { alias: option.alias }),
      group: `${option.group}:`,
    });
  }
  for (const [command, means] of examples) parser.example(command, means);
  return `${await parser.epilogue(exitStatuses).getHelp()}\n`;
}

export async function taskHelp(name: string, task: Task, columns: number): Promise<string> {
  const line = [`funbric${task.local === undefined ? ' [options]' : ''} ${name} [task options]`, task.arguments ?? ''];
  const parser = (await blank(columns)).usage(`${line.join(' ').trimEnd()}\n\n${task.summary}`);
  for (const [key, option] of Object.entries(task.options ?? {})) {
    parser.option(flagOf(key), { ...shapeOf(option, placeholderOf(option)), group: `Options of ${name}:` });
  }
  return `${await parser.epilogue('Options of funbric itself: funbric --help').getHelp()}\n`;
}

/** No number is narrower than any terminal, nor a line longer than one reads well. */
async function blank(columns: number): Promise<ReturnType<typeof yargs>> {
  // Loaded only for help: what it takes to fit text into columns costs every other command a quarter of its start.
  const { default: make } = await import('yargs');
  return make([])
    .help(false)
    .version(false)
    .exitProcess(false)
    .wrap(Math.max(60, Math.min(columns, 120)));
}

/** yargs would show its own words for types: what stands for the value says more, and comes with the description. */
function shapeOf(
  option: TaskOption,
  placeholder = '',
): {
  readonly describe: string;
  readonly defaultDescription?: string;
  readonly default?: string;
  readonly skipValidation: boolean;
} {
  const value = placeholder === '' ? '' : `${placeholder}  `;
  const needed = option.required === true ? ' (required)' : '';
  const text = `${value}${option.describe}${needed}`;
  const shown =
    option.default === undefined || option.default === false
      ? {}
      : { default: String(option.default), defaultDescription: String(option.default) };
  return { describe: text, ...shown, skipValidation: true };
}
