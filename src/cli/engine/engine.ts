/**
 * All that the command line asks of the rest of funbric where hosts are involved. Passed in, so that every word of a command
 * line can be tried without a host.
 */
import type { CommandOutput, HostExit } from '../../controller/command/command.ts';
import type { RuntimeChoice } from '../../controller/deploy/runtime-source.ts';
import type { Emit, RunEvent } from '../../controller/events/events.ts';
import type { MountCredentials } from '../../controller/mounts/credentials.ts';
import type { ChosenTask } from '../../controller/run/planning.ts';
import type { RunOutcome } from '../../controller/tasks/task.ts';
import type { Host } from '../../model/host.ts';
import type { Plan, Rolling } from '../../model/plan.ts';
import type { GivenSecrets } from '../../transports/auth/secrets.ts';
import type { SudoPassword } from '../../transports/sudo/password.ts';
import type { Connection } from '../../transports/transport.ts';

/** How to reach hosts, and when to stop. */
export interface Reach {
  /** For one login. */
  readonly connectMs: number;
  readonly isNewKeyAccepted: boolean;
  readonly parallel: number;
  /** Whom to become on the hosts, by sudo. */
  readonly sudo: { readonly user: string | undefined } | undefined;
  /** What sudo may be given. */
  readonly sudoPassword: SudoPassword | undefined;
  /** Ctrl-C once. */
  readonly signal: AbortSignal;
  /** Ctrl-C twice. */
  readonly killSignal: AbortSignal;
  readonly secrets: GivenSecrets;
  /** -A */
  readonly isAgentForwarded: boolean;
  /** A remark for the person at the terminal. */
  readonly note: (text: string) => void;
}

export interface RunRequest extends Reach {
  readonly plan: Plan;
  /** In the plan's order. */
  readonly tasks: readonly ChosenTask[];
  /** See Stage; nothing of it is ever kept. */
  readonly mountCredentials: ReadonlyMap<string, MountCredentials>;
  readonly reportsFolder: string;
  readonly runtime: RuntimeChoice;
  readonly listen: (event: RunEvent) => void;
}

export interface CommandRequest extends Reach {
  readonly hosts: readonly Host[];
  /** One word is a line for the hosts' shells; several are quoted, so that no shell can take them apart. */
  readonly words: readonly string[];
  /** In ms; 0: none. */
  readonly commandMs: number;
  /** In ms without a word of the command; 0: none. */
  readonly idleMs: number;
  readonly rolling: Rolling | undefined;
  /** A command that fails is a warning. */
  readonly isWarnOnly: boolean;
  readonly emit: Emit;
  readonly output: CommandOutput | undefined;
}

/** What it learns of ssh_config, keys and agents, and logins to jump hosts, are kept as long as this is. */
export interface Connector extends AsyncDisposable {
  readonly connect: (host: Host, signal: AbortSignal) => Promise<Connection>;
}

/** Hosts that live as long as this does. */
export interface DemoFleet extends AsyncDisposable {
  readonly hosts: readonly Host[];
  /** What to do on them, as words of a command line. */
  readonly words: readonly string[];
}

export interface Engine {
  /** A whole run, from the plan to its report, in a new folder below `reportsFolder`. Throws only for what we do wrong. */
  run(request: RunRequest): Promise<RunOutcome>;
  runCommand(request: CommandRequest): Promise<readonly HostExit[]>;
  /** For tasks that look at hosts without a run. */
  connector(reach: Reach, hosts: readonly Host[]): Promise<Connector>;
  startDemo(): Promise<DemoFleet>;
}
