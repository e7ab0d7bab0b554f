/** What a task may do to one host: commands, copies, and the two phases of its workload. Everything is recorded. */
import { FunbricError } from '../model/errors.ts';
import type { CommandOutcome } from '../model/result.ts';
import { readRemoteFile, writeRemoteFile } from '../transports/copy.ts';
import { inDirectory, quoteAll, readable } from '../transports/shell.ts';
import { describeExit } from '../transports/transport.ts';
import type { Emit } from './events.ts';
import type { HostRun } from './host-run.ts';
import { runRemoteCommand } from './remote-command.ts';
import type { CommandResult, RunOptions, TaskHost } from './task.ts';

/** Kept of each stream of a command for the task; the rest is read and dropped, so that the command goes on. */
const maxOutputBytes = 8 << 20;
/** Shown of a command, and kept in events.ndjson: one noisy host must not fill our disk. */
const maxShownBytes = 256 << 10;
/** Kept of each stream for the report. */
const keptInResult = 16 << 10;
/** Of a file that a task puts on a host; a task that wants another says chmod. */
const filesMode = 0o644;
/** A file that a task fetches. */
const maxFileBytes = 2 ** 40;

export interface TaskHostOptions {
  readonly run: HostRun;
  readonly task: string;
  readonly phase: CommandOutcome['phase'];
  readonly hosts: number;
  readonly commandMs: number;
  /** In ms; 0 or none: no limit. */
  readonly idleMs?: number | undefined;
  /** What `check` is where a task doesn't say. */
  readonly isChecked?: boolean;
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
    hosts: options.hosts,
    variables: run.host.variables,
    run: (words, runOptions) => execute(options, { typed: quoteAll(words), shown: readable(words) }, runOptions ?? {}),
    shell: (line, runOptions) => execute(options, { typed: line, shown: line }, runOptions ?? {}),
    put: (localPath, remotePath) =>
      limited(options, `putting ${localPath}`, async (end) => {
        await writeRemoteFile(run.connection, localPath, remotePath, { mode: filesMode, signal: end });
      }),
    get: (remotePath, localPath) =>
      limited(options, `getting ${remotePath}`, async (end) => {
        await readRemoteFile(run.connection, remotePath, localPath, { maxBytes: maxFileBytes, signal: end });
      }),
    stress: options.stress,
    verify: options.verify,
    log: (text) => emit({ kind: 'line', host: run.name, stream: 'log', text }),
  };
}

/** A copy has the limit that commands have, and leaves nothing under way when that is over. */
async function limited(
  { run, commandMs, signal }: TaskHostOptions,
  what: string,
  act: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (commandMs === 0) return await act(signal);
  const late = new AbortController();
  const timer = setTimeout(() => {
    const message = `${run.name}: ${what} took longer than ${commandMs / 1000} s`;
    late.abort(new FunbricError('limit', message, { hint: 'give it more time: --command-timeout' }));
  }, commandMs);
  try {
    await act(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    late.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What the host's shell gets, and what people read. */
interface CommandLine {
  readonly typed: string;
  readonly shown: string;
}

async function execute(options: TaskHostOptions, line: CommandLine, given: RunOptions): Promise<CommandResult> {
  const { run, signal, emit } = options;
  const started = performance.now();
  const output = { stdout: '', stderr: '' };
  let shownBytes = 0;
  const exit = await runRemoteCommand(run.connection, {
    line: given.cwd === undefined ? line.typed : inDirectory(given.cwd, line.typed),
    stdin: given.stdin,
    limitMs: given.timeoutMs ?? options.commandMs,
    idleMs: options.idleMs,
    signal,
    onLine(stream, text) {
      if (output[stream].length < maxOutputBytes) output[stream] += text;
      if (shownBytes > maxShownBytes) return;
      shownBytes += text.length;
      emit({ kind: 'line', host: run.name, stream, text: text.replace(/\r?\n$/, '') });
      if (shownBytes > maxShownBytes) {
        const cut = `${line.shown}: the rest of its output isn't shown`;
        emit({ kind: 'line', host: run.name, stream: 'log', text: cut });
      }
    },
  });
  run.commands.push({
    task: options.task,
    phase: options.phase,
    command: line.shown,
    exit: exit.kind === 'exited' ? exit.code : describeExit(exit),
    stdout: output.stdout.slice(0, keptInResult),
    stderr: output.stderr.slice(0, keptInResult),
    elapsedMs: Math.round(performance.now() - started),
  });
  const isSuccess = exit.kind === 'exited' && exit.code === 0;
  if (!isSuccess && given.check !== false) {
    const lastWords = output.stderr.trim().split('\n').slice(-3).join(' / ');
    const said = lastWords === '' ? '' : `: ${lastWords}`;
    const what = `${line.shown} ${describeExit(exit)}${said}`;
    if (given.check ?? options.isChecked ?? true) throw new FunbricError('task', `${run.name}: ${what}`);
    emit({ kind: 'line', host: run.name, stream: 'log', text: `warning: ${what}` });
  }
  return { ...output, code: exit.kind === 'exited' ? exit.code : killedCode };
}

/** What shells say of a command that a signal ended. */
const killedCode = 128;
