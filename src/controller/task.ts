/**
 * A task: what `funbric runtest` does, as a user writes it in tasks/runtest.ts. Setup, run and teardown are called once a
 * host, all hosts at the same time, with a barrier between them; teardown runs wherever setup began, also after a failure
 * or Ctrl-C.
 */
import type { Variable } from '../model/host.ts';
import type { WorkloadSpec } from '../model/plan.ts';

/** An option of a task on the command line: `--file-size 4M`. */
export interface TaskOption {
  readonly type: 'string' | 'number' | 'boolean' | 'duration' | 'size' | 'list';
  readonly describe: string;
  readonly default?: string | number | boolean;
  readonly required?: boolean;
  readonly choices?: readonly string[];
}

export type OptionValues = Readonly<Record<string, Variable | readonly string[]>>;

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface RunOptions {
  /** Accept any exit code instead of failing the host. */
  readonly check?: boolean;
  /** Directory to run in; the command isn't run when it can't be entered. */
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  /** In ms; the plan's command limit where not given. */
  readonly timeoutMs?: number;
}

/** One host as a task sees it. What fails throws, and so fails this host only. */
export interface TaskHost {
  readonly name: string;
  /** Position in the plan, from 0. */
  readonly index: number;
  readonly hosts: number;
  readonly variables: Readonly<Record<string, Variable>>;
  /** A command as words, each quoted so that no shell can take it apart. */
  run(words: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** A line for the host's shell, as it is: never put text from elsewhere into it. */
  shell(line: string, options?: RunOptions): Promise<CommandResult>;
  /** Copies a local file to the host: whole and with the same digest, or not at all. */
  put(localPath: string, remotePath: string): Promise<void>;
  /** Copies a file of the host: whole and with the same digest, or not at all. */
  get(remotePath: string, localPath: string): Promise<void>;
  /** Runs the task's workload on this host; starts when all hosts are ready. */
  stress(): Promise<void>;
  /** Reads back everything that the workload left; starts when all hosts are done with stress and --before-verify has run. */
  verify(): Promise<void>;
  log(text: string): void;
}

export interface Task {
  readonly summary: string;
  readonly options?: Readonly<Record<string, TaskOption>>;
  /** What the agents shall do, decided before anything is sent; a task without one needs no agent. */
  workload?(options: OptionValues): WorkloadSpec;
  setup?(host: TaskHost, options: OptionValues): Promise<void>;
  run?(host: TaskHost, options: OptionValues): Promise<void>;
  teardown?(host: TaskHost, options: OptionValues): Promise<void>;
  /** For tasks about runs rather than hosts, such as merge: called once, without hosts. */
  local?(context: LocalContext, options: OptionValues): Promise<void>;
}

export interface LocalContext {
  /** Words after the options. */
  readonly arguments: readonly string[];
  readonly reportsFolder: string;
  readonly log: (text: string) => void;
}

/** Says that this is a task; the loader looks at the default export of each file in tasks/. */
export function task<T extends Task>(definition: T): T {
  return definition;
}
