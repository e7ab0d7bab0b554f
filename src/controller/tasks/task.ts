/**
 * A task: what `funbric runtest` does, as a user writes it in tasks/runtest.ts. Setup, run and teardown are called once a
 * host, all hosts at the same time, with a barrier between them; teardown runs wherever setup began, also after a failure
 * or Ctrl-C.
 */
import type { Thresholds } from '../../model/expectation.ts';
import type { Verdict } from '../../model/finding.ts';
import type { Variable } from '../../model/host.ts';
import type { MountSpec } from '../../model/mount-spec.ts';
import type { WorkloadSpec } from '../../model/plan.ts';
import type { Run } from '../../model/run.ts';
import type { CopiedPath } from '../../transports/copy/copied.ts';
import type { FleetAccess } from '../asking/ask-hosts.ts';

/** An option of a task on the command line: `--file-size 4M`. */
export interface TaskOption {
  /** `duration`: 500ms, 5s, 2m, 1h. `size`: 512, 4K, 1M, 1GiB. `percent`: 5%. `list`: a,b, and the option may be repeated. */
  readonly type: 'string' | 'number' | 'boolean' | 'duration' | 'size' | 'percent' | 'list';
  /** For --list and --help. */
  readonly describe: string;
  /** One letter that is no option of funbric itself: `o` for -o. */
  readonly alias?: string;
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
  /** What people read in its place, as of a script that is long. */
  readonly shown?: string;
}

export interface SudoOptions extends RunOptions {
  /** Whom to become; root where not given. */
  readonly user?: string;
}

export interface CollectOptions {
  /** Also a file that was last written before this run reached the host: what an earlier run left is refused else. */
  readonly mayBeOlder?: boolean;
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
  /** The run's id, for names of what a task makes on hosts: no two runs have the same. */
  readonly runId: string;
  /** --keep: what the task wrote on the file system under test shall stay there. */
  readonly isKept: boolean;
  /** --work-dir: where hosts keep what isn't for the file system under test. */
  readonly workDir: string | undefined;
  /** -T: the limit of a command that has none of its own, in ms; 0: none. */
  readonly commandMs: number;
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
  /**
   * Fetches a result file of a tool into the run, whose report then holds it: FunkLoad, fio, JUnit, JMeter. False: it couldn't
   * be had, which makes the run INCOMPLETE and doesn't fail the task.
   */
  collect(remotePath: string, options?: CollectOptions): Promise<boolean>;
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
  /** For --dry-run: lines that say what it would do on a host, beside its options. Reaches nobody. */
  preview?(options: ValuesOf<Options>): readonly string[];
  /** What the agents shall do, decided before anything is sent; a task without one needs no agent. */
  workload?(options: ValuesOf<Options>): WorkloadSpec;
  /** What every host mounts before all else, and unmounts after all else; undefined: nothing. See mountSpec. */
  mount?(options: ValuesOf<Options>): MountSpec | undefined;
  /** What the run's figures must be, else it fails: `() => ({ expect: ['read.p99<20ms'] })`. See expectOptions. */
  expect?(options: ValuesOf<Options>): Thresholds | undefined;
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
  preview?(options: OptionValues): readonly string[];
  workload?(options: OptionValues): WorkloadSpec;
  mount?(options: OptionValues): MountSpec | undefined;
  expect?(options: OptionValues): Thresholds | undefined;
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
  /** What a new run would be called, and when it was begun. */
  readonly newRun: () => { readonly run: string; readonly version: string; readonly createdAt: string };
  /** Names of the hosts that -H and -R give; none where neither is there. */
  readonly hosts: readonly string[];
  /** Of those hosts, or all of hosts.json; throws where there are none. See askHosts. */
  readonly fleet: () => Promise<FleetAccess>;
  readonly currentFolder: string;
  readonly log: (text: string) => void;
  /** On stdout as it is, also with --json: only for what a program reads. */
  readonly print: (text: string) => void;
  /** Only with --json: one value as a line on stdout. */
  readonly data: ((value: unknown) => void) | undefined;
  /** Aborts at Ctrl-C, after which nothing is waited for: what is half made is to be removed at once. */
  readonly signal: AbortSignal;
}

/** Says that this is a task; the loader looks at the default export of each file in tasks/, and decodes the options by their declarations. */
export function task<const Options extends Readonly<Record<string, TaskOption>>>(
  definition: TaskDefinition<Options>,
): Task {
  return definition;
}
