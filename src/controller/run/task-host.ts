/** What a task may do to one host: commands, copies, and the two phases of its workload. Everything is recorded. */
import { FunbricError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import type { CommandOutcome } from '../../model/result.ts';
import { hostFolderName } from '../../transports/copy/local-names.ts';
import type { LocalDigests } from '../../transports/copy/local-tree.ts';
import { inDirectory, pathFrom, quoteAll, readable } from '../../transports/shell.ts';
import type { SudoPassword } from '../../transports/sudo/password.ts';
import { withSudo } from '../../transports/sudo/sudo.ts';
import { describeExit, type Connection } from '../../transports/transport.ts';
import { runRemoteCommand } from '../command/remote-command.ts';
import type { Emit } from '../events/events.ts';
import type { CommandResult, RunOptions, SudoOptions, TaskHost } from '../tasks/task.ts';
import type { HostRun } from './host-run.ts';
import { collect, get, put } from './task-copy.ts';

/** Kept of each stream of a command for the task; the rest is read and dropped, so that the command goes on. */
const maxOutputBytes = 8 << 20;
/** Shown of a command, and kept in events.ndjson: one noisy host must not fill our disk. */
const maxShownBytes = 256 << 10;
/** Kept of each stream for the report. */
const keptInResult = 16 << 10;

export interface TaskHostOptions {
  readonly run: HostRun;
  readonly task: string;
  readonly phase: CommandOutcome['phase'];
  readonly hosts: number;
  readonly plan: Pick<Plan, 'run' | 'isKept' | 'workDir'>;
  readonly commandMs: number;
  /** In ms; 0 or none: no limit. */
  readonly idleMs?: number | undefined;
  /** What `check` is where a task doesn't say. */
  readonly isChecked?: boolean;
  /** Where commands start; the home where not given. */
  readonly directory?: string;
  readonly digests: LocalDigests;
  /** Words of the task's own on the command line. */
  readonly arguments: readonly string[];
  readonly sudoPassword?: SudoPassword | undefined;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly stress: () => Promise<void>;
  readonly verify: () => Promise<void>;
}

export function taskHost(options: TaskHostOptions): TaskHost {
  const { run, emit } = options;
  return {
    name: run.name,
    index: run.index,
    folder: hostFolderName(run.name),
    arguments: options.arguments,
    hosts: options.hosts,
    runId: options.plan.run,
    isKept: options.plan.isKept,
    workDir: options.plan.workDir,
    commandMs: options.commandMs,
    variables: run.host.variables,
    run: (words, runOptions) => execute(options, lineOf(words), runOptions ?? {}),
    shell: (line, runOptions) => execute(options, { typed: line, shown: line }, runOptions ?? {}),
    sudo: (words, sudoOptions) => executeBySudo(options, words, sudoOptions ?? {}),
    cd: (directory) =>
      taskHost({ ...options, directory: pathFrom(options.directory, checkedDirectory(run, directory)) }),
    put: (local, remote, putOptions) => put(options, { local, remote }, putOptions?.mode),
    get: (remote, local) => get(options, { local, remote }),
    collect: (remote, { mayBeOlder = false } = {}) => collect(options, remote, mayBeOlder),
    stress: options.stress,
    verify: options.verify,
    log: (text) => emit({ kind: 'line', host: run.name, stream: 'log', text }),
  };
}

/** What the host's shell gets, and what people read. */
interface CommandLine {
  readonly typed: string;
  readonly shown: string;
  /** Where it isn't the host's own. */
  readonly connection?: Connection;
}

function lineOf(words: readonly string[]): CommandLine {
  return { typed: quoteAll(words), shown: readable(words) };
}

function checkedDirectory({ name }: HostRun, directory: string): string {
  if (directory !== '') return directory;
  throw new FunbricError('usage', `${name}: cd was called with an empty path`, { hint: "the home is '~'" });
}

async function executeBySudo(
  options: TaskHostOptions,
  words: readonly string[],
  { user, ...given }: SudoOptions,
): Promise<CommandResult> {
  const connection = withSudo(options.run.connection, { user, password: options.sudoPassword });
  const { typed, shown } = lineOf(words);
  const prefix = user === undefined ? 'sudo' : `sudo -u ${readable([user])}`;
  return await execute(options, { typed, shown: `${prefix} ${shown}`, connection }, given);
}

async function execute(options: TaskHostOptions, line: CommandLine, given: RunOptions): Promise<CommandResult> {
  const { run, signal, emit } = options;
  const shown = given.shown ?? line.shown;
  const cwd = given.cwd === undefined ? options.directory : pathFrom(options.directory, given.cwd);
  const started = performance.now();
  const output = { stdout: '', stderr: '' };
  let shownBytes = 0;
  const exit = await runRemoteCommand(line.connection ?? run.connection, {
    line: cwd === undefined ? line.typed : inDirectory(cwd, line.typed),
    stdin: given.stdin,
    limitMs: given.timeoutMs ?? options.commandMs,
    idleMs: options.idleMs,
    signal,
    onLine(stream, text, isPartial) {
      if (output[stream].length < maxOutputBytes) output[stream] += text;
      if (shownBytes > maxShownBytes) return;
      shownBytes += text.length;
      const said = text.replace(/\r?\n$/, '');
      emit({ kind: 'line', host: run.name, stream, text: said, ...(isPartial ? { isPartial } : {}) });
      if (shownBytes > maxShownBytes) {
        const cut = `${shown}: the rest of its output isn't shown`;
        emit({ kind: 'line', host: run.name, stream: 'log', text: cut });
      }
    },
  });
  run.commands.push({
    task: options.task,
    phase: options.phase,
    command: shown,
    exit: exit.kind === 'exited' ? exit.code : describeExit(exit),
    stdout: output.stdout.slice(0, keptInResult),
    stderr: output.stderr.slice(0, keptInResult),
    elapsedMs: Math.round(performance.now() - started),
  });
  const isSuccess = exit.kind === 'exited' && exit.code === 0;
  if (!isSuccess && given.check !== false) {
    const lastWords = output.stderr.trim().split('\n').slice(-3).join(' / ');
    const said = lastWords === '' ? '' : `: ${lastWords}`;
    const what = `${shown} ${describeExit(exit)}${said}`;
    if (given.check ?? options.isChecked ?? true) throw new FunbricError('task', `${run.name}: ${what}`);
    emit({ kind: 'line', host: run.name, stream: 'log', text: `warning: ${what}` });
  }
  return { ...output, code: exit.kind === 'exited' ? exit.code : killedCode };
}

/** What shells say of a command that a signal ended. */
const killedCode = 128;
