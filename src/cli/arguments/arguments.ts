/** From the words of a command line to what is to be done. */
import type { RuntimeChoice } from '../../controller/deploy/runtime-source.ts';
import type { Selection } from '../../controller/inventory/inventory.ts';
import type { ChosenTask } from '../../controller/run/planning.ts';
import { decodeOptions, type GivenOptions } from '../../controller/tasks/options.ts';
import type { OptionValues, TaskOption } from '../../controller/tasks/task.ts';
import { FunbricError } from '../../model/errors.ts';
import { progressChoices, type ProgressChoice } from '../progress/choice.ts';
import { fleetChoices, refuseChoices, type FleetChoices } from './fleet-choices.ts';
import { fleetOptions } from './fleet-options.ts';
import { cutWords, type Catalog, type TaskWords } from './words.ts';

/** The options of funbric itself, decoded. */
export interface FleetValues extends Omit<Selection, keyof FleetChoices>, FleetChoices {
  readonly hostsFile: string | undefined;
  readonly runtime: RuntimeChoice;
  readonly connectMs: number;
  readonly commandMs: number;
  readonly hungMs: number;
  readonly errorShare: number;
  readonly beforeVerifyMs: number;
  readonly parallel: number;
  readonly isNewKeyAccepted: boolean;
  readonly isAgentForwarded: boolean;
  readonly isPasswordAsked: boolean;
  readonly passwordFile: string | undefined;
  readonly isSudoPasswordAsked: boolean;
  readonly sudoPasswordFile: string | undefined;
  /** Whom to become on the hosts; undefined: nobody else. */
  readonly sudo: { readonly user: string | undefined } | undefined;
  readonly seed: number | undefined;
  readonly beforeVerify: string | undefined;
  readonly isAfterCrash: boolean;
  readonly workDir: string | undefined;
  readonly isKept: boolean;
  readonly reportsFolder: string;
  readonly isDryRun: boolean;
  readonly progress: ProgressChoice;
  /** Undefined: as the terminal likes it. */
  readonly isColored: boolean | undefined;
}

/** A task that needs no hosts. */
export interface LocalCall extends ChosenTask {
  readonly positionals: readonly string[];
}

export type Invocation =
  /** Tasks on hosts, then tasks without; either may be none. */
  | {
      readonly kind: 'run';
      readonly fleet: FleetValues;
      readonly tasks: readonly ChosenTask[];
      readonly locals: readonly LocalCall[];
    }
  | { readonly kind: 'command'; readonly fleet: FleetValues; readonly words: readonly string[] }
  /** The tasks of the demo fleet, or what is to be done instead: the words behind `demo`, to be read when the fleet is known. */
  | {
      readonly kind: 'demo';
      readonly fleet: FleetValues;
      readonly before: readonly string[];
      readonly after: readonly string[];
    }
  | { readonly kind: 'list'; readonly fleet: FleetValues }
  | { readonly kind: 'list-hosts'; readonly fleet: FleetValues }
  | { readonly kind: 'help'; readonly task: TaskWords | undefined }
  | { readonly kind: 'version' };

export async function parseArguments(argv: readonly string[], catalog: Catalog): Promise<Invocation> {
  const { fleet: words, tasks, command, demo } = await cutWords(argv, catalog);
  const given = valuesOf(words);
  const values = decodeOptions(undefined, fleetOptions, given);
  if (values['help'] === true) return { kind: 'help', task: tasks.at(-1) };
  if (values['version'] === true) return { kind: 'version' };
  const fleet = fleetValues(values, given);
  if (values['list'] === true) return { kind: 'list', fleet };
  if (values['list-hosts'] === true) return { kind: 'list-hosts', fleet };
  if (demo !== undefined) return demoInvocation(words, demo, fleet);
  refuseChoices(fleet, command === undefined ? 'tasks' : 'command', fleet.progress);
  if (command !== undefined) return { kind: 'command', fleet, words: command };
  if (tasks.length === 0) {
    throw new FunbricError('usage', 'nothing to do: no task was named', {
      hint: 'name one: funbric -H host1,host2 runtest --dir PATH; all tasks: funbric --list; to try it: funbric demo',
    });
  }
  return { kind: 'run', fleet, ...chooseTasks(tasks) };
}

function demoInvocation(before: readonly string[], after: readonly string[], fleet: FleetValues): Invocation {
  if (fleet.hosts.length > 0 || fleet.roles.length > 0) {
    throw new FunbricError('usage', 'demo brings its own hosts', {
      hint: 'leave out -H and -R, or name a task instead',
    });
  }
  return { kind: 'demo', fleet, before, after };
}

function chooseTasks(all: readonly TaskWords[]): {
  readonly tasks: readonly ChosenTask[];
  readonly locals: readonly LocalCall[];
} {
  const tasks: ChosenTask[] = [];
  const locals: LocalCall[] = [];
  for (const { name, task, options: words, positionals } of all) {
    const options = decodeOptions(name, task.options ?? {}, valuesOf(words));
    const chosen = { name, task, options };
    refuseWrongWords(name, task.arguments, positionals);
    if (task.local !== undefined) locals.push({ ...chosen, positionals });
    else if (locals.length === 0) tasks.push({ ...chosen, ...(positionals.length === 0 ? {} : { positionals }) });
    else {
      throw new FunbricError('usage', `${name} runs on hosts, so it can't come after ${locals.at(-1)?.name ?? ''}`, {
        hint: `write it before, or on a line of its own`,
      });
    }
  }
  return { tasks, locals };
}

/**
 * `LOCAL REMOTE` are two words, `[RUN]` may be left out, `FILE...` are one or more: a second run that nobody looks at must not
 * seem merged.
 */
function refuseWrongWords(name: string, declared: string | undefined, positionals: readonly string[]): void {
  const words = (declared ?? '').split(' ').filter(Boolean);
  const least = words.filter((word) => !word.startsWith('[')).length;
  const spare = positionals[declared?.includes('...') === true ? Infinity : words.length];
  if (positionals.length < least) {
    throw new FunbricError('usage', `${name} takes ${declared ?? ''}, and got ${positionals.length} of these words`, {
      hint: `write them after its options: funbric ${name} ${declared ?? ''}`,
    });
  }
  if (spare === undefined) return;
  throw new FunbricError(
    'usage',
    `${name} takes ${declared ?? 'no words'}, and no ${JSON.stringify(spare)} after that`,
    {
      hint: least > 0 ? `see: funbric ${name} --help` : `one line for each: funbric ${name} ${spare}`,
    },
  );
}

/** `--name=value` words by name. Everything stays text: what a value means is decided where its type is known. */
function valuesOf(words: readonly string[]): GivenOptions {
  const given = new Map<string, string[]>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals);
    const value = word.slice(equals + 1);
    const values = given.get(name);
    if (values === undefined) given.set(name, [value]);
    else values.push(value);
  }
  return given;
}

function fleetValues(values: OptionValues, given: GivenOptions): FleetValues {
  const { port, parallel, seed } = values;
  return {
    ...fleetChoices(values, given),
    hosts: given.get('hosts') ?? [],
    roles: given.get('role') ?? [],
    exclude: given.get('exclude') ?? [],
    identityFiles: given.get('identity') ?? [],
    user: word(values, 'user'),
    port: port === undefined ? undefined : integer('port', port, 1, 65_535),
    knownHostsFile: text(values, 'known-hosts'),
    transport: word(values, 'transport'),
    jump: word(values, 'jump'),
    hostsFile: text(values, 'hosts-file'),
    runtime: runtimeChoice(given.get('runtime') ?? ['auto']),
    connectMs: integer('connect-timeout', values['connect-timeout'], 1, maxTimeoutMs),
    commandMs: integer('command-timeout', values['command-timeout'], 0, maxTimeoutMs),
    hungMs: integer('hung', values['hung'], 100, maxTimeoutMs),
    errorShare: Number(values['max-errors']),
    beforeVerifyMs: integer('before-verify-timeout', values['before-verify-timeout'], 1, maxTimeoutMs),
    parallel: integer('parallel', parallel, 1, 10_000),
    isNewKeyAccepted: values['accept-new'] === true,
    isAgentForwarded: values['forward-agent'] === true,
    isPasswordAsked: values['ask-pass'] === true,
    passwordFile: text(values, 'password-file'),
    isSudoPasswordAsked: values['ask-sudo-pass'] === true,
    sudoPasswordFile: text(values, 'sudo-password-file'),
    sudo: sudoOf(values),
    seed: seed === undefined ? undefined : integer('seed', seed, 0, Number.MAX_SAFE_INTEGER),
    beforeVerify: text(values, 'before-verify'),
    isAfterCrash: values['after-crash'] === true,
    workDir: absolute(values, 'work-dir'),
    isKept: values['keep'] === true,
    reportsFolder: text(values, 'reports') ?? './reports',
    isDryRun: values['dry-run'] === true,
    progress: progressChoice(values),
    isColored: typeof values['color'] === 'boolean' ? values['color'] : undefined,
  };
}

/** A file of such a name has its folder written before it: ./auto. */
function runtimeChoice(words: readonly string[]): RuntimeChoice {
  const [first = 'auto'] = words;
  if (words.length === 1 && (first === 'auto' || first === 'host')) return { kind: first };
  if (words.every((path) => !['', 'auto', 'host'].includes(path) && !path.includes('\0'))) {
    return { kind: 'files', paths: words };
  }
  throw new FunbricError('usage', `--runtime can't be ${words.map((one) => JSON.stringify(one)).join(' and ')}`, {
    hint: 'write auto, host, or the path of a node program; several only of these',
  });
}

function sudoOf(values: OptionValues): FleetValues['sudo'] {
  const user = word(values, 'sudo-user');
  return values['sudo'] === true || user !== undefined ? { user } : undefined;
}

/** --json is short for --progress json, so another word for it is a contradiction. */
function progressChoice(values: OptionValues): ProgressChoice {
  const choice = progressChoices.find((one) => one === values['progress']) ?? 'auto';
  if (values['json'] !== true) return choice;
  if (choice === 'json' || choice === 'auto') return 'json';
  throw new FunbricError('usage', `--json and --progress ${choice} contradict each other`, {
    hint: 'leave one of them out',
  });
}

/** The longest that a Node timer can wait: longer ones would fire at once. */
const maxTimeoutMs = 2 ** 31 - 1;

type FleetName = keyof typeof fleetOptions;

function integer(name: FleetName, value: OptionValues[string] | undefined, low: number, high: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  const option: TaskOption = fleetOptions[name];
  const unit = option.type === 'duration' ? ' ms' : '';
  throw new FunbricError('usage', `--${name} can't be ${String(value)}${unit}`, {
    hint: `write a whole number from ${low} to ${high}${unit}`,
  });
}

function text(values: OptionValues, name: FleetName): string | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw new FunbricError('usage', `--${name} is empty`, { hint: `write a value, or leave --${name} out` });
}

/** A path that means the same on every host. */
function absolute(values: OptionValues, name: FleetName): string | undefined {
  const value = text(values, name);
  if (value === undefined || value.startsWith('/')) return value;
  throw new FunbricError('usage', `--${name} can't be ${JSON.stringify(value)}`, {
    hint: 'write an absolute path, as it is on every host',
  });
}

/** Text that no other program may take for an option. */
function word(values: OptionValues, name: FleetName): string | undefined {
  const value = text(values, name);
  if (value === undefined || !/^-|\p{Cc}/u.test(value)) return value;
  throw new FunbricError('usage', `--${name} can't be ${JSON.stringify(value)}`, {
    hint: "it must not start with '-' or hold control characters",
  });
}
