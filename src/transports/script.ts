/**
 * Runs a POSIX script on a host whose login shell may be another and may print what it likes: what the script says
 * counts from a random line on, and when it has to end, its whole process group does. sshd itself passes no signal on
 * to commands of root, and leaves them running when their channel closes.
 */
import { randomBytes } from 'node:crypto';
import { Writable, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { FunbricError } from '../model/errors.ts';
import { onAbort } from './on-abort.ts';
import { posixLine } from './shell.ts';
import type { Connection, Exit, RemoteProcess } from './transport.ts';

export interface ScriptOptions {
  /** A stream is opened only once the command runs. */
  readonly stdin?: string | Uint8Array | (() => Readable);
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Of each output; what comes after it is read and dropped. */
  readonly maxOutputBytes: number;
}

export interface ScriptResult {
  readonly exit: Exit;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** One of the outputs was longer than allowed. */
  readonly isCut: boolean;
}

/** Throws `limit` after timeoutMs, the signal's reason when aborted, `lost` where no command can be started. */
export async function runScript(connection: Connection, script: string, options: ScriptOptions): Promise<ScriptResult> {
  const stdout = collector(options.maxOutputBytes);
  const stderr = collector(options.maxOutputBytes);
  const exit = await streamScript(connection, script, { ...options, onStdout: stdout.take, onStderr: stderr.take });
  return { exit, stdout: stdout.bytes(), stderr: stderr.bytes(), isCut: stdout.isCut() || stderr.isCut() };
}

export interface StreamOptions extends Omit<ScriptOptions, 'maxOutputBytes' | 'timeoutMs'> {
  readonly timeoutMs?: number;
  /** Not a script, but a line for the login shell, of a connection where that `isBash`. */
  readonly isForLoginShell?: boolean;
  /** What it returns is waited for before more is read. A throw ends the script, and is thrown. */
  readonly onStdout: (chunk: Buffer) => void | Promise<void>;
  readonly onStderr: (chunk: Buffer) => void | Promise<void>;
}

export async function streamScript(connection: Connection, script: string, options: StreamOptions): Promise<Exit> {
  const marker = randomBytes(16).toString('hex');
  // In two halves, so that a shell that echoes its commands doesn't print the line before the script runs.
  const mark = `printf '%s%s %s %s %s\\n' ${marker.slice(0, 16)} ${marker.slice(16)} $$`;
  const command =
    options.isForLoginShell === true
      ? `${mark}; ${mark} >&2\n${script}`
      : `${posixLine(`${mark} "\${SHELL##*/}" "$1"; ${mark} >&2; set --\n${script}`)} sh ${onlyInBash}`;
  const remote = await connection.exec(command, { signal: options.signal });
  let start: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (start = resolve));
  let hear: (pid: number) => void = () => undefined;
  const heard = new Promise<number>((resolve) => (hear = resolve));
  const onStart = (shell: string): void => {
    if (isBashSaid.test(shell)) bashConnections.add(connection);
    start();
  };
  const head: Head = { noise: '', onStart, onPid: hear };
  let isOver = false;
  void remote.exit.then(() => {
    isOver = true;
    start();
  });
  // Once it is over its number may be another process's.
  const stop = (): void => {
    if (isOver) return;
    // It may have begun, and the word of it, with its group, be on the way: what it started would run on.
    if (head.pid === undefined) void heard.then(async (pid) => signalGroup(connection, pid));
    endGroup(connection, remote, head.pid);
  };
  const limit = makeLimit(connection, options, stop);
  const unlisten = onAbort(options.signal, stop);
  try {
    const done = Promise.all([
      feed(remote.stdin, options.stdin, started),
      read(remote.stdout, { marker, head, onChunk: options.onStdout }),
      read(remote.stderr, { marker, head: { noise: '', onStart: () => undefined }, onChunk: options.onStderr }),
      remote.exit,
    ]);
    const exit = await endOf(done, remote.exit);
    options.signal.throwIfAborted();
    if (limit.passed() !== undefined) throw limit.passed();
    if (head.pid === undefined && exit.kind === 'exited') throw neverStarted(connection, exit, head.noise);
    return exit;
  } catch (error) {
    stop();
    throw error;
  } finally {
    unlisten();
    limit.end();
  }
}

/** What bash makes the current directory of, and zsh, which $SHELL tells apart; dash, busybox and fish leave it as it is. */
const onlyInBash = '~+';
const isBashSaid = /^bash \//;

const bashConnections = new WeakSet<Connection>();

/**
 * Whether a script before has told that lines go to bash, as the account's own shell: one that needs no other shell around
 * it to be understood and to be ended with all that it started.
 */
export function isBash(connection: Connection): boolean {
  return connection.hasLoginShell === true && bashConnections.has(connection);
}

/** From the loss of a command to the last of its output. */
const lostOutputMs = 500;

/**
 * A command is over with its output; of one that was lost, or that didn't go when we ended it, the output may never end: a
 * login shell that hangs before our script runs has no process group that we know.
 */
async function endOf(done: Promise<unknown>, exited: Promise<Exit>): Promise<Exit> {
  const whole = done.then(() => exited);
  const lost = exited.then(async (exit) => {
    await (exit.kind === 'lost' ? Promise.race([done, sleep(lostOutputMs)]) : done);
    return exit;
  });
  return await Promise.race([whole, lost]);
}

function neverStarted(connection: Connection, exit: Exit & { readonly kind: 'exited' }, noise: string): FunbricError {
  const said = noise === '' ? 'it printed nothing' : `it printed ${JSON.stringify(noise.slice(0, 200))}`;
  return new FunbricError(
    'deploy',
    `${connection.name}: the login shell didn't run a script (exit ${exit.code}): ${said}`,
    {
      hint: `does \`ssh ${connection.name} /bin/sh -c true\` work? Is the account's shell nologin, or is a command forced?`,
    },
  );
}

function makeLimit(
  connection: Connection,
  { timeoutMs }: StreamOptions,
  stop: () => void,
): { passed(): FunbricError | undefined; end(): void } {
  let error: FunbricError | undefined;
  const onPassed = (ms: number): void => {
    error = new FunbricError(
      'limit',
      `${connection.name}: a command didn't end within ${ms / 1000} s, which is its limit`,
      {
        hint: 'the host may be overloaded or its file system may hang; or raise -T',
      },
    );
    stop();
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => onPassed(timeoutMs), timeoutMs);
  return { passed: () => error, end: () => clearTimeout(timer) };
}

/** Asks by a command of our own, which reaches also what root runs, then by the channel. */
function endGroup(connection: Connection, remote: RemoteProcess, pid: number | undefined): void {
  if (pid !== undefined) void signalGroup(connection, pid);
  remote.kill();
}

async function signalGroup(connection: Connection, pid: number): Promise<void> {
  try {
    const group = `kill -s TERM -- -${pid}; sleep 2; kill -s KILL -- -${pid}`;
    const command = await connection.exec(posixLine(`(${group}) >/dev/null 2>&1 </dev/null &`));
    command.stdin.end();
    command.stdout.resume();
    command.stderr.resume();
    await command.exit;
  } catch {
    // The connection is gone, and with it the way to end anything there.
  }
}

/**
 * A command that ends before it read all says so by its exit code. Input waits until the script runs: a login shell that
 * reads it, or starts another shell in its place, would run it as commands.
 */
async function feed(stdin: Writable, input: ScriptOptions['stdin'], started: Promise<void>): Promise<void> {
  const isEmpty = input === undefined || (typeof input !== 'function' && input.length === 0);
  if (!isEmpty) await started;
  if (input === undefined || typeof input === 'string' || input instanceof Uint8Array) {
    await new Promise<void>((resolve) => {
      stdin.once('close', resolve);
      stdin.end(input, resolve);
    });
    return;
  }
  // A command that has ended takes no more, however long the source would still go on.
  if (stdin.destroyed) return;
  const source = input();
  stdin.once('close', () => source.destroy());
  try {
    for await (const chunk of source) {
      if (stdin.destroyed) return;
      await new Promise<void>((resolve) => {
        stdin.once('close', resolve);
        stdin.write(chunk, () => {
          stdin.removeListener('close', resolve);
          resolve();
        });
      });
    }
  } catch (error) {
    if (!stdin.destroyed) throw error;
  }
  stdin.end();
}

interface Head {
  pid?: number;
  /** With what came after the number of the process. */
  readonly onStart: (shell: string) => void;
  readonly onPid?: (pid: number) => void;
  /** What came before the marker, for the message when none came. */
  noise: string;
}

/** More than this before the marker isn't a greeting any more. */
const maxNoiseBytes = 1 << 20;

/** Hands on what follows the line with the marker. */
async function read(
  stream: Readable,
  {
    marker,
    head,
    onChunk,
  }: { readonly marker: string; readonly head: Head; readonly onChunk: StreamOptions['onStdout'] },
): Promise<void> {
  let isStarted = false;
  let before = Buffer.alloc(0);
  // Node types chunks as `any`; without an encoding they are Buffers.
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    if (isStarted) {
      await onChunk(chunk);
      continue;
    }
    before = Buffer.concat([before, chunk]).subarray(-maxNoiseBytes);
    const at = before.indexOf(marker);
    const end = at < 0 ? -1 : before.indexOf('\n', at);
    head.noise = before.subarray(0, at < 0 ? 1000 : 0).toString();
    if (end < 0) continue;
    isStarted = true;
    const [, number, ...shell] = before.toString('latin1', at + marker.length, end).split(' ');
    head.onStart(shell.join(' '));
    const pid = Number(number);
    if (Number.isSafeInteger(pid) && pid > 1) {
      head.pid = pid;
      head.onPid?.(pid);
    }
    if (end + 1 < before.length) await onChunk(before.subarray(end + 1));
  }
}

function collector(maxBytes: number): {
  readonly take: (chunk: Buffer) => void;
  readonly bytes: () => Buffer;
  readonly isCut: () => boolean;
} {
  const chunks: Buffer[] = [];
  let room = maxBytes;
  let isCut = false;
  return {
    take(chunk) {
      if (chunk.length > room) isCut = true;
      if (room > 0) chunks.push(chunk.subarray(0, room));
      room -= Math.min(room, chunk.length);
    },
    bytes: () => Buffer.concat(chunks),
    isCut: () => isCut,
  };
}
