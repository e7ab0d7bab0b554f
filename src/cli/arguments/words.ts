/**
 * A command line, cut into funbric's own part and one part a task. This is what no general parser does: a word starts a
 * task only where it isn't the value of an option, and which options take values depends on the tasks named so far.
 */
import { didYouMean } from '../../controller/input/closest.ts';
import { flagOf } from '../../controller/tasks/options.ts';
import type { Task, TaskOption } from '../../controller/tasks/task.ts';
import { FunbricError } from '../../model/errors.ts';
import { fleetOptionNames, fleetOptions, type FleetOption } from './fleet-options.ts';

/** The tasks that there are; a task is loaded only when it is named. */
export interface Catalog {
  readonly names: readonly string[];
  load(name: string): Promise<Task>;
}

/** Options are normalised to `--name=value`, so that whatever parses them can't take a value for an option. */
export interface TaskWords {
  readonly name: string;
  readonly task: Task;
  readonly options: string[];
  readonly positionals: string[];
}

export interface Words {
  readonly fleet: readonly string[];
  readonly tasks: readonly TaskWords[];
  /** What follows `--` where no task was named. */
  readonly command: readonly string[] | undefined;
  /** What follows the word `demo`, where no task has that name. */
  readonly demo: readonly string[] | undefined;
}

export async function cutWords(argv: readonly string[], catalog: Catalog): Promise<Words> {
  const fleet: string[] = [];
  const tasks: TaskWords[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const current = tasks.at(-1);
    if (word === '--') return cutRest({ fleet, tasks, rest: argv.slice(at + 1) });
    if (word.startsWith('-') && word !== '-') {
      const option = findOption(word, current);
      const value = option.value ?? (option.isFlag ? 'true' : argv[++at]);
      if (value === undefined)
        throw usage(`--${option.flag} needs a value`, `see: funbric ${current?.name ?? ''} --help`);
      (option.isFleet ? fleet : (current?.options ?? fleet)).push(`--${option.name}=${value}`);
    } else if (catalog.names.includes(word)) {
      if (current !== undefined) refusePositionals(current);
      tasks.push({ name: word, task: await catalog.load(word), options: [], positionals: [] });
    } else if (word === 'demo' && current === undefined) {
      return { fleet, tasks, command: undefined, demo: argv.slice(at + 1) };
    } else if (current?.task.arguments !== undefined) {
      current.positionals.push(word);
    } else {
      throw unknownWord(word, current, catalog);
    }
  }
  return { fleet, tasks, command: undefined, demo: undefined };
}

interface CutRest {
  readonly fleet: readonly string[];
  readonly tasks: readonly TaskWords[];
  readonly rest: readonly string[];
}

function cutRest({ fleet, tasks, rest }: CutRest): Words {
  const last = tasks.at(-1);
  if (last === undefined) {
    if (rest.length > 0) return { fleet, tasks, command: rest, demo: undefined };
    throw usage('no command after --', 'write one: funbric -H host1,host2 -- uname -a');
  }
  if (last.task.arguments === undefined) {
    throw usage(`${last.name} takes no words after --`, 'a command and a task need a line each');
  }
  last.positionals.push(...rest);
  return { fleet, tasks, command: undefined, demo: undefined };
}

export interface FoundOption {
  /** As declared. */
  readonly name: string;
  readonly flag: string;
  readonly isFleet: boolean;
  readonly isFlag: boolean;
  /** Where it came with the word: --name=value, -P4, --no-name. */
  readonly value: string | undefined;
}

export function findOption(word: string, current: TaskWords | undefined): FoundOption {
  return word.startsWith('--') ? findLong(word, current) : findShort(word, current);
}

function findLong(word: string, current: TaskWords | undefined): FoundOption {
  const equals = word.indexOf('=');
  const flag = word.slice(2, equals === -1 ? undefined : equals);
  const value = equals === -1 ? undefined : word.slice(equals + 1);
  const exact = lookUp(flag, current);
  if (exact !== undefined) return { ...exact, flag, value };
  const negated = flag.startsWith('no-') && value === undefined ? lookUp(flag.slice(3), current) : undefined;
  if (negated?.isFlag === true) return { ...negated, flag, value: 'false' };
  const known = [...taskFlags(current), ...fleetOptionNames].map((name) => `--${name}`);
  const place = current === undefined ? '' : `${current.name}: `;
  throw usage(
    `${place}unknown option --${flag}`,
    didYouMean(`--${flag}`, known, `see: funbric ${current === undefined ? '' : `${current.name} `}--help`),
  );
}

function lookUp(
  flag: string,
  current: TaskWords | undefined,
): Pick<FoundOption, 'name' | 'isFleet' | 'isFlag'> | undefined {
  const name = fleetOptionNames.find((candidate) => candidate === flag);
  if (name !== undefined) return { name, isFleet: true, isFlag: isFlag(fleetOption(name)) };
  for (const [own, option] of Object.entries(current?.task.options ?? {})) {
    if (flagOf(own) === flag) return { name: own, isFleet: false, isFlag: isFlag(option) };
  }
  return undefined;
}

/** One letter, with its value behind it or in the next word: -P4, -P 4. */
function findShort(word: string, current: TaskWords | undefined): FoundOption {
  const letter = word.slice(1, 2);
  const own = Object.entries(current?.task.options ?? {}).find(([, { alias }]) => alias === letter);
  const name = fleetOptionNames.find((candidate) => fleetOption(candidate)?.alias === letter) ?? own?.[0];
  if (name === undefined) throw usage(`unknown option ${word}`, `see: funbric ${withSpace(current?.name)}--help`);
  const isFleet = own?.[0] !== name;
  const isSwitch = isFlag(isFleet ? fleetOption(name) : own?.[1]);
  const attached = word.slice(2).replace(/^=/, '');
  if (isSwitch && attached !== '')
    throw usage(`-${letter} takes no value, but has ${JSON.stringify(attached)}`, 'remove it');
  return { name, flag: flagOf(name), isFleet, isFlag: isSwitch, value: attached === '' ? undefined : attached };
}

function withSpace(word: string | undefined): string {
  return word === undefined ? '' : `${word} `;
}

function fleetOption(name: string): FleetOption | undefined {
  return new Map<string, FleetOption>(Object.entries(fleetOptions)).get(name);
}

function isFlag(option: TaskOption | undefined): boolean {
  return option?.type === 'boolean';
}

function taskFlags(current: TaskWords | undefined): readonly string[] {
  return Object.keys(current?.task.options ?? {}).map(flagOf);
}

function refusePositionals({ name, positionals }: TaskWords): void {
  if (positionals.length === 0) return;
  throw usage(`${name} takes words, so it must be the last task on the line`, `put ${name} last`);
}

function unknownWord(word: string, current: TaskWords | undefined, catalog: Catalog): FunbricError {
  const shown = JSON.stringify(word);
  const what =
    current === undefined ? `${shown} is no task` : `${shown} is no task, and ${current.name} takes no words`;
  return usage(what, didYouMean(word, [...catalog.names, 'demo', 'completion'], 'see: funbric --list'));
}

function usage(message: string, hint: string): FunbricError {
  return new FunbricError('usage', message, { hint });
}
