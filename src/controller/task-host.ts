/** What a task may do to one host: commands, copies, and the two phases of its workload. Everything is recorded. */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { FunbricError } from '../model/errors.ts';
import type { CommandOutcome } from '../model/result.ts';
import { readRemoteFile, writeRemoteFile } from '../transports/copy.ts';
import { inDirectory, quote, quoteAll } from '../transports/shell.ts';
import type { Exit } from '../transports/transport.ts';
import { describeExit } from './agent-session.ts';
import type { Emit } from './events.ts';
import type { HostRun } from './host-run.ts';
import type { CommandResult, RunOptions, TaskHost } from './task.ts';
import { abortable, within } from './waiting.ts';

/** Kept of each stream of a command for the task; the rest is read and dropped, so that the command goes on. */
const maxOutputBytes = 8 << 20;
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
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly stress: () => Promise<void>;
  readonly verify: () => Promise<void>;
}

export function taskHost(options: TaskHostOptions): TaskHost {
  const { run, emit, signal } = options;
  return {
    name: run.name,
    index: run.index,
    hosts: options.hosts,
    variables: run.host.variables,
    run: (words, runOptions) => execute(options, { typed: quoteAll(words), shown: readable(words) }, runOptions ?? {}),
    shell: (line, runOptions) => execute(options, { typed: line, shown: line }, runOptions ?? {}),
    put: async (localPath, remotePath) => {
      await writeRemoteFile(run.connection, localPath, remotePath, { mode: filesMode, signal });
    },
    get: async (remotePath, localPath) => {
      await readRemoteFile(run.connection, remotePath, localPath, { maxBytes: maxFileBytes, signal });
    },
    stress: options.stress,
    verify: options.verify,
    log: (text) => emit({ kind: 'line', host: run.name, stream: 'log', text }),
  };
}

/** What the host's shell gets, and what people read. */
interface CommandLine {
  readonly typed: string;
  readonly shown: string;
}

/** As a person would type it: only words that need quotes have them. */
function readable(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' ');
}

async function execute(options: TaskHostOptions, line: CommandLine, runOptions: RunOptions): Promise<CommandResult> {
  const { run, signal } = options;
  const started = performance.now();
  const typed = runOptions.cwd === undefined ? line.typed : inDirectory(runOptions.cwd, line.typed);
  const command = line.shown;
  const remote = await run.connection.exec(typed, { signal });
  const outputs = [gather(options, remote.stdout, 'stdout'), gather(options, remote.stderr, 'stderr')] as const;
  remote.stdin.on('error', () => undefined);
  remote.stdin.end(runOptions.stdin ?? '');
  const limitMs = runOptions.timeoutMs ?? options.commandMs;
  try {
    const exit = await abortable(
      limitMs > 0 ? within(remote.exit, limitMs, `${run.name}: ${command}`) : remote.exit,
      signal,
    );
    const [stdout, stderr] = await Promise.all(outputs);
    options.run.commands.push({
      task: options.task,
      phase: options.phase,
      command,
      exit: exit.kind === 'exited' ? exit.code : describeExit(exit),
      stdout: stdout.slice(0, keptInResult),
      stderr: stderr.slice(0, keptInResult),
      elapsedMs: Math.round(performance.now() - started),
    });
    return { stdout, stderr, code: codeOf(run.name, command, exit, stderr, runOptions.check ?? true) };
  } catch (error) {
    remote.kill();
    throw error;
  }
}

function codeOf(host: string, command: string, exit: Exit, stderr: string, isChecked: boolean): number {
  if (exit.kind === 'lost')
    throw new FunbricError('lost', `${host}: the connection was lost during: ${command} (${exit.reason})`);
  if (isChecked && !(exit.kind === 'exited' && exit.code === 0)) {
    const lastWords = stderr.trim().split('\n').slice(-3).join(' / ');
    throw new FunbricError(
      'task',
      `${host}: ${command} ${describeExit(exit)}${lastWords === '' ? '' : `: ${lastWords}`}`,
    );
  }
  return exit.kind === 'exited' ? exit.code : 128;
}

/** The text of a stream, capped; each whole line is an event as it comes. */
async function gather({ run, emit }: TaskHostOptions, stream: Readable, name: 'stdout' | 'stderr'): Promise<string> {
  let text = '';
  for await (const line of textLines(stream)) {
    if (text.length < maxOutputBytes) text += line;
    emit({ kind: 'line', host: run.name, stream: name, text: line.replace(/\r?\n$/, '') });
  }
  return text;
}

/** A line longer than this comes in pieces. */
const maxLineLength = 64 << 10;

/** Lines with their ends, decoded as a stream, so that a character that spans two packets stays whole. */
export async function* textLines(stream: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const bytes of stream) {
    rest += decoder.write(bytes as Buffer);
    const lines = rest.split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith('\n') === true ? '' : (lines.pop() ?? '');
    yield* lines;
    if (rest.length > maxLineLength) {
      yield rest;
      rest = '';
    }
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}
