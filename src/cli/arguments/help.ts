/** Help, from the same tables that are parsed by. */
import type yargs from 'yargs';
import { flagOf, placeholderOf } from '../../controller/tasks/options.ts';
import type { Task, TaskOption } from '../../controller/tasks/task.ts';
import { fleetOptions, type FleetOption } from './fleet-options.ts';

const usageText = `funbric [options] TASK [task options] [TASK ...]
funbric [options] -- COMMAND [ARGUMENTS]
funbric demo

Runs tasks on many hosts over SSH, all at the same time, and proves whether the file system under test kept its data.
A word that names a task starts that task; options of funbric may stand before or after it.`;

type Examples = readonly (readonly [command: string, means: string])[];

const examples: Examples = [
  ['funbric demo', 'three SSH hosts of its own, eight seconds of stress, a report'],
  ['funbric -H web[1-3] runtest --dir /mnt/test', 'stress one shared directory from three hosts'],
  ['funbric -R client -x client07 -- uname -a', 'one command on all hosts with a role, but one'],
  ['funbric -H old1 --runtime ./node runtest --dir /mnt/test', 'send hosts a Node.js of your own'],
  ['funbric -H web1 -J gate --ask-pass -- uptime', 'over a jump host, with a password asked once'],
  ["funbric -H '@web!web3' -b -- rpm -q kernel", 'equal answers as one, with the hosts folded'],
  ['funbric -H web[01-60] --diff -- cat /etc/fstab', 'what differs from the most common answer'],
  ['funbric --batch 1,10%,100% --max-fail 2 -- sudo reboot', 'one host first, then ten percent, then all others'],
  ['funbric --rerun missing -- uptime', 'only hosts that were unreachable or lost the last time'],
  ['funbric -H web[1-9] put ./app /opt/app', 'a file or a folder to every host'],
  ['funbric -H web[1-9] get /var/log/app.log ./logs', 'from every host: logs/web1/app.log, ...'],
  ['funbric -H web[1-9] --sudo --ask-sudo-pass -- systemctl restart app', 'as root, by a sudo that wants a password'],
  ['funbric merge', 'judge the latest run again, and write its run.json and report anew'],
  ['funbric merge web1.xml web2.xml', 'one run of results of FunkLoad, fio, JUnit or JMeter'],
  ['funbric compare RUN latest', 'is the latest run worse than that one?'],
  ['funbric check', 'check its journals again, and change nothing'],
  ['funbric export --to csv', 'its tables; also OpenMetrics, Markdown, HdrHistogram'],
  ['funbric log -H web1', 'what a host of the latest run said'],
  ['funbric -H web[1-3] doctor --dir /mnt/test', 'what to change on hosts before a run'],
  ['funbric -H web[1-3] cleanup', 'what runs that died left there'],
  ['funbric init', 'a hosts.json and a first task'],
  ['funbric TASK --help', 'the options of a task'],
  ['eval "$(funbric completion bash)"', 'completion of options, tasks and hosts; also zsh, fish'],
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
  return `${await parser.epilogue(exitStatuses).getHelp()}\n${exampleText(examples, columns)}`;
}

export async function taskHelp(name: string, task: Task, columns: number): Promise<string> {
  const options = Object.keys(task.options ?? {}).length === 0 ? [] : ['[task options]'];
  const line = ['funbric [options]', name, ...options, task.arguments ?? ''].join(' ').trimEnd();
  const parser = (await blank(columns)).usage(`${line}\n\n${task.summary}`);
  for (const [key, option] of Object.entries(task.options ?? {})) {
    parser.option(flagOf(key), {
      ...shapeOf(option, placeholderOf(option)),
      ...(option.alias === undefined ? {} : { alias: option.alias }),
      group: `Options of ${name}:`,
    });
  }
  const text = await parser.epilogue('Options of funbric itself: funbric --help').getHelp();
  return `${text}\n${exampleText(Object.entries(task.examples ?? {}), columns)}`;
}

/** Room for most commands; a longer one has its meaning below, as all have on a narrow terminal. */
const commandColumns = 46;

/** Not by yargs, which breaks a long command: what is shown here is to be copied. */
function exampleText(shown: Examples, columns: number): string {
  if (shown.length === 0) return '';
  const widest = Math.max(...shown.map(([, means]) => means.length));
  const isBeside = columns >= 2 + commandColumns + 2 + widest;
  const lines = shown.map(([command, means]) =>
    isBeside && command.length <= commandColumns
      ? `  ${command.padEnd(commandColumns)}  ${means}`
      : `  ${command}\n${' '.repeat(isBeside ? 2 + commandColumns + 2 : 6)}${means}`,
  );
  return `\nExamples:\n${lines.join('\n')}\n`;
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
