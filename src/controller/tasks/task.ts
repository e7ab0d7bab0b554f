/**
 * A task: what `funbric runtest` does, as a user writes it in tasks/runtest.ts. Setup, run and teardown are called once a
 * host, all hosts at the same time, with a barrier between them; teardown runs wherever setup began, also after a failure
 * or Ctrl-C.
 */
import type { Verdict } from '../../model/finding.ts';
import type { Variable } from '../../model/host.ts';
import type { MountSpec } from '../../model/mount-spec.ts';
import type { WorkloadSpec } from '../../model/plan.ts';
import type { Run } from '../../model/run.ts';
import type { CopiedPath } from '../../transports/copy/copied.ts';
import type { FleetAccess } from '../ask-hosts.ts';

/** An option of a task on the command line: `--file-size 4M`. */
export interface TaskOption {
  /** `duration`: 500ms, 5s, 2m, 1h. `size`: 512, 4K, 1M, 1GiB. `percent`: 5%. `list`: a,b, and the option may be repeated. */
  readonly type: 'string' | 'number' | 'boolean' | 'duration' | 'size' | 'percent' | 'list';
  /** For --list and --help. */
  readonly describe: string;
  /** As on the command line; a number for a duration is ms, for a size bytes, for a percent a share of 1. */
  readonly default?: string | number | boolean;
  readonly required?: boolean;
  /** As on the command line: 4KiB also allows 4096. */
  readonly choices?: readonly string[];
  /** The smallest and the largest that is allowed, as on the command line. */
  readonly min?: string;
  readonly max?: string;
}

/** Decoded values by the option's name: durations in ms, sizes in bytes, percents as shares of 1. */
export type OptionValues = Readonly<Record<string, Variable | readonly string[]>>;

type ValueOf<O extends TaskOption> = O['type'] extends 'string'
  ? string
  : O['type'] extends 'boolean'
    ? boolean
    : O['type'] extends 'list'
      ? readonly string[]
      : number;

/** An option is always there where it is required or has a default. */
type IsThere<O extends TaskOption> = O extends
  | { readonly required: true }
  | { readonly default: string | number | boolean }
  ? true
  : false;

/** The values of declared options, typed by their declarations. */
type ValuesOf<Options extends Readonly<Record<string, TaskOption>>> = {
  readonly [Name in keyof Options as IsThere<Options[Name]> extends true ? Name : never]: ValueOf<Options[Name]>;
} & {
  readonly [Name in keyof Options as IsThere<Options[Name]> extends true ? never : Name]?: ValueOf<Options[Name]>;
};

/** What a command said, as UTF-8 text, up to 8 MiB of each stream, and how it ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Its exit code; 128 where a signal ended it. */
  readonly code: number;
}

export interface RunOptions {
  /** Where it is false any exit code is accepted; else one that isn't 0 throws, and so fails the host. With -w it warns where this isn't true. */
  readonly check?: boolean;
  /** Directory to run in; the command isn't run when it can't be entered. */
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  /** In ms, 0: none; the plan's command limit where not given. */
  readonly timeoutMs?: number;
}

export interface SudoOptions extends RunOptions {
  /** Whom to become; root where not given. */
  readonly user?: string;
}

export interface PutOptions {
  /** Of all files, as 0o644; the mode that each has here where not given. */
  readonly mode?: number;
}

/** One host as a task sees it. What fails throws, and so fails this host only. */
export interface TaskHost {
  /** As it was typed, or its key in hosts.json. */
  readonly name: string;
  /** Position in the plan, from 0. */
  readonly index: number;
  /** A name for a folder of this host's files here: no two hosts of a run have the same, and it leads nowhere else. */
  readonly folder: string;
  /** Words after the task's options on the command line. */
  readonly arguments: readonly string[];
  /** Hosts that this task runs on. */
  readonly hosts: number;
  /** `vars` of hosts.json. */
  readonly variables: Readonly<Record<string, Variable>>;
  /** A command as words, each quoted so that no shell can take it apart. */
  run(words: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** A line for the host's shell, as it is: never put text from elsewhere into it. */
  shell(line: string, options?: RunOptions): Promise<CommandResult>;
  /**
   * A command as another user, by sudo: with --ask-sudo-pass or --sudo-password-file also where that wants a password. Its
   * `cwd` is entered as that user.
   */
  sudo(words: readonly string[], options?: SudoOptions): Promise<CommandResult>;
  /** The same host, whose commands start in this directory, as after `cd`: relative to the one before, `~` is the home. */
  cd(directory: string): TaskHost;
  /**
   * Copies a local file or folder to the host, under the very name `remotePath`: each file whole and with the same sha256, or
   * not at all. What the host has already isn't sent again. The plan's command limit holds here too.
   */
  put(localPath: string, remotePath: string, options?: PutOptions): Promise<CopiedPath>;
  /**
   * Copies a file or folder of the host to the very path `localPath`, as put does. In a folder links are left out, and names
   * that aren't plain are percent-encoded.
   */
  get(remotePath: string, localPath: string): Promise<CopiedPath>;
  /** Runs the task's workload on this host; starts when all hosts are ready. */
  stress(): Promise<void>;
  /** Reads back everything that the workload left; starts when all hosts are done with stress and --before-verify has run. */
  verify(): Promise<void>;
  /** A line beside the host's name, on the terminal and in events.ndjson. */
  log(text: string): void;
}

export interface PrepareContext {
  /** Words after the options. */
  readonly arguments: readonly string[];
}

/** A task as it is written: its options decide the types of their values. */
interface TaskDefinition<Options extends Readonly<Record<string, TaskOption>>> {
  readonly summary: string;
  readonly options?: Options;
  /** For --help: a command line, and what it does. */
  readonly examples?: Readonly<Record<string, string>>;
  /** Words that it takes after its options: `LOCAL REMOTE`, `[RUN]` for one that may be left out, `FILE...` for one or more. Without it, none are taken. */
  readonly arguments?: string;
  /** Called once, before any host is reached: what a task needs here. What it throws ends the command, and no run is made. */
  prepare?(given: PrepareContext, options: ValuesOf<Options>): Promise<unknown>;
  /** What the agents shall do, decided before anything is sent; a task without one needs no agent. */
  workload?(options: ValuesOf<Options>): WorkloadSpec;
  /** What every host mounts before all else, and unmounts after all else; undefined: nothing. See mountSpec. */
  mount?(options: ValuesOf<Options>): MountSpec | undefined;
  setup?(host: TaskHost, options: ValuesOf<Options>): Promise<unknown>;
  run?(host: TaskHost, options: ValuesOf<Options>): Promise<unknown>;
  teardown?(host: TaskHost, options: ValuesOf<Options>): Promise<unknown>;
  /**
   * For tasks that make no run, such as merge and doctor: called once. What it returns decides the exit status; a verdict
   * alone is of what has no report.
   */
  local?(context: LocalContext, options: ValuesOf<Options>): Promise<RunOutcome | Verdict | undefined>;
}

/** A task as it is run: its options are what the command line made of them. */
export interface Task {
  readonly summary: string;
  readonly options?: Readonly<Record<string, TaskOption>>;
  readonly examples?: Readonly<Record<string, string>>;
  readonly arguments?: string;
  prepare?(given: PrepareContext, options: OptionValues): Promise<unknown>;
  workload?(options: OptionValues): WorkloadSpec;
  mount?(options: OptionValues): MountSpec | undefined;
  setup?(host: TaskHost, options: OptionValues): Promise<unknown>;
  run?(host: TaskHost, options: OptionValues): Promise<unknown>;
  teardown?(host: TaskHost, options: OptionValues): Promise<unknown>;
  local?(context: LocalContext, options: OptionValues): Promise<RunOutcome | Verdict | undefined>;
}

/** What a run came to; the command's exit status is the verdict's. */
export interface RunOutcome {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly reportPath: string;
  /** What was judged, for the recap. */
  readonly run?: Run;
}

export interface LocalContext {
  /** Words after the options. */
  readonly arguments: readonly string[];
  readonly reportsFolder: string;
  /** Names of the hosts that -H and -R give; none where neither is there. */
  readonly hosts: readonly string[];
  /** Of those hosts, or all of hosts.json; throws where there are none. See askHosts. */
  readonly fleet: () => Promise<FleetAccess>;
  readonly currentFolder: string;
  readonly log: (text: string) => void;
  /** Only with --json: one value as a line on stdout. */
  readonly data: ((value: unknown) => void) | undefined;
}

/** Says that this is a task; the loader looks at the default export of each file in tasks/, and decodes the options by their declarations. */
export function task<const Options extends Readonly<Record<string, TaskOption>>>(
  definition: TaskDefinition<Options>,
): Task {
  return definition;
}
