/**
 * What may follow on a command line that is still being typed. Never reaches a host, and reads the code of a task only where
 * its options are asked for.
 */
import { expandItem } from '../../model/nodeset-item.ts';
import type { Fleet } from '../../controller/inventory/hosts-file.ts';
import { flagOf } from '../../controller/tasks/options.ts';
import type { TaskOption } from '../../controller/tasks/task.ts';
import { fleetOptions, type FleetOption } from '../arguments/fleet-options.ts';
import { findOption, type Catalog, type FoundOption, type TaskWords } from '../arguments/words.ts';

export interface Candidate {
  readonly text: string;
  readonly describe?: string;
}

export type Completion =
  | {
      readonly kind: 'words';
      readonly candidates: readonly Candidate[];
      /** A comma may follow. */
      readonly isOpen: boolean;
    }
  | { readonly kind: 'files' };

export interface CompletionContext {
  readonly catalog: Catalog;
  /** The hosts file that is meant: undefined where there is none, or none that can be read. */
  readonly fleet: (hostsFile: string | undefined) => Promise<Fleet | undefined>;
}

/** `words` without the program's own; the last one is being typed. */
export async function complete(words: readonly string[], context: CompletionContext): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const place = await walk(words.slice(0, -1), context.catalog);
  if (place.kind === 'command') return { kind: 'files' };
  const fleet = async (): Promise<Fleet | undefined> => context.fleet(place.hostsFile);
  if (place.kind === 'value') return await valueOf(place.option, typed, { task: place.task, prefix: '', fleet });
  const { task } = place;
  const attached = attachedValue(typed, task);
  if (attached !== undefined) return await valueOf(attached.option, typed, { ...attached, task, fleet });
  if (typed.startsWith('-')) return ofWords(optionCandidates(typed, task), typed);
  const isPositional = task?.task.arguments !== undefined;
  const own = task === undefined ? ['demo', 'completion'] : [];
  const names = [...context.catalog.names, ...own].map((text) => ({ text }));
  const found = ofWords(names, typed);
  return isPositional && found.candidates.length === 0 ? { kind: 'files' } : found;
}

type Place = { readonly hostsFile: string | undefined; readonly task: TaskWords | undefined } & (
  | { readonly kind: 'word' }
  | { readonly kind: 'value'; readonly option: FoundOption }
  /** Behind `--`. */
  | { readonly kind: 'command' }
);

async function walk(words: readonly string[], catalog: Catalog): Promise<Place> {
  let task: TaskWords | undefined;
  let hostsFile: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { kind: 'command', task, hostsFile };
    const option = word.startsWith('-') && word !== '-' ? optionOf(word, task) : undefined;
    if (option !== undefined) {
      const value = option.value ?? (option.isFlag ? undefined : words[++at]);
      if (at >= words.length) return { kind: 'value', option, task, hostsFile };
      if (option.name === 'hosts-file') hostsFile = value;
    } else if (catalog.names.includes(word)) {
      task = { name: word, task: await catalog.load(word), options: [], positionals: [] };
    }
  }
  return { kind: 'word', task, hostsFile };
}

/** A slip in an option before the cursor is no reason to be silent. */
function optionOf(word: string, task: TaskWords | undefined): FoundOption | undefined {
  try {
    return findOption(word, task);
  } catch {
    return undefined;
  }
}

/** `--limit=we`, `-Hwe`: the value begins behind the option. */
function attachedValue(
  typed: string,
  task: TaskWords | undefined,
): { readonly option: FoundOption; readonly prefix: string } | undefined {
  const option = typed.startsWith('-') ? optionOf(typed, task) : undefined;
  if (option?.value === undefined || option.isFlag) return undefined;
  return { option, prefix: typed.slice(0, typed.length - option.value.length) };
}

function optionCandidates(typed: string, task: TaskWords | undefined): readonly Candidate[] {
  const own = Object.entries(task?.task.options ?? {});
  const ours = Object.entries<FleetOption>(fleetOptions);
  return [...own, ...ours].flatMap(([name, { alias, describe }]) => {
    const flag = `--${flagOf(name)}`;
    const names = alias === undefined || typed.startsWith('--') ? [flag] : [flag, `-${alias}`];
    return names.map((text) => ({ text, describe }));
  });
}

interface ValuePlace {
  readonly task: TaskWords | undefined;
  /** What of the word stands before the value. */
  readonly prefix: string;
  readonly fleet: () => Promise<Fleet | undefined>;
}

/** Options whose values are hosts, roles or paths; of all others the choices are known, if there are some. */
const hostOptions = new Set(['hosts', 'exclude', 'limit']);
const fileOptions = new Set(['hosts-file', 'identity', 'known-hosts', 'reports', 'out']);

async function valueOf(option: FoundOption, typed: string, { task, prefix, fleet }: ValuePlace): Promise<Completion> {
  const declared = declarationOf(option, task);
  if (declared?.choices !== undefined) {
    return ofWords(
      declared.choices.map((choice) => ({ text: prefix + choice })),
      typed,
    );
  }
  if (option.isFleet && hostOptions.has(option.name)) return hostsAfter(typed, prefix, hostNames(await fleet()));
  if (option.isFleet && option.name === 'role') return hostsAfter(typed, prefix, rolesOf(await fleet()));
  const isPath = option.isFleet ? fileOptions.has(option.name) : declared?.type === 'string';
  return isPath ? { kind: 'files' } : ofWords([], typed);
}

function declarationOf({ name, isFleet }: FoundOption, task: TaskWords | undefined): TaskOption | undefined {
  return isFleet ? new Map<string, FleetOption>(Object.entries(fleetOptions)).get(name) : task?.task.options?.[name];
}

function hostNames(fleet: Fleet | undefined): readonly string[] {
  if (fleet === undefined) return [];
  return [...fleet.hosts.keys(), ...Array.from(fleet.groups.keys(), (group) => `@${group}`), '@*'];
}

function rolesOf(fleet: Fleet | undefined): readonly string[] {
  return [...new Set([...(fleet?.hosts.values() ?? [])].flatMap(({ roles }) => roles))];
}

/** The last name of a NodeSet; those before it and a user stay as they are. */
function hostsAfter(typed: string, prefix: string, names: readonly string[]): Completion {
  const value = typed.slice(prefix.length);
  const start = /(?:^|[,!&^])\s*(?:[^,!&^@[\]]+@)?(?=[^,!&^]*$)/.exec(value);
  const kept = prefix + value.slice(0, (start?.index ?? 0) + (start?.[0].length ?? 0));
  const found = ofWords(
    names.filter((name) => isReadable(name)).map((name) => ({ text: kept + name })),
    typed,
  );
  return { ...found, isOpen: true };
}

/** A name that means something else in a NodeSet would not come out as it went in. */
function isReadable(name: string): boolean {
  try {
    return name.startsWith('@') || expandItem({ whole: name, text: name, start: 0 })[0] === name;
  } catch {
    return false;
  }
}

function ofWords(candidates: readonly Candidate[], typed: string): Completion & { readonly kind: 'words' } {
  return { kind: 'words', candidates: candidates.filter(({ text }) => text.startsWith(typed)), isOpen: false };
}
