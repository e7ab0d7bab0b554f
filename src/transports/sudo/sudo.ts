/**
 * A host's commands as another user, by sudo: a connection around a connection, so that whatever runs commands (and
 * copies, which are commands) can be run so. The password is written only to a sudo that asks for it, which is known by a
 * random prompt; and once. What the command reads comes after it, and what sudo says before the command is none of its output.
 */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { onAbort } from '../on-abort.ts';
import { posixLine, quote } from '../shell.ts';
import { describeExit, type Connection, type RemoteProcess } from '../transport.ts';
import { noPassword, refusal, silent, wrongPassword } from './errors.ts';
import type { EndTurn, SudoPassword } from './password.ts';

export interface SudoRequest {
  /** Whom to become; root where not given. */
  readonly user?: string | undefined;
  /** Without one, sudo must ask for none. */
  readonly password?: SudoPassword | undefined;
}

/** From sudo's start to the command's: PAM may ask a directory that doesn't answer. */
const startMs = 60_000;

/** `exec` throws FunbricError `task` where sudo doesn't start the command, with what it said. */
export function withSudo(connection: Connection, request: SudoRequest): Connection {
  return {
    name: connection.name,
    closed: connection.closed,
    exec: async (command, { signal } = {}) => start(connection, command, { ...request, signal }),
    [Symbol.asyncDispose]: async () => connection[Symbol.asyncDispose](),
  };
}

interface Start extends SudoRequest {
  readonly signal: AbortSignal | undefined;
}

async function start(connection: Connection, command: string, request: Start): Promise<RemoteProcess> {
  const { signal } = request;
  const prompt = randomBytes(16).toString('hex');
  const marker = randomBytes(16).toString('hex');
  const line = posixLine(sudoScript({ ...request, command, prompt, marker }));
  const remote = await startOuter(connection, line, signal);
  const talk = new Conversation(connection.name, remote, request);
  const stopListening = onAbort(signal, () => talk.fail(signal?.reason));
  const both = Promise.all([
    untilMark(remote.stdout, marker, () => undefined),
    untilMark(remote.stderr, marker, (noise) => talk.hear(noise.split(prompt).length - 1)),
  ]);
  try {
    const [out, err] = await Promise.race([both, talk.failed]);
    if (out.said !== undefined && err.said !== undefined) {
      talk.end(true);
      return endable(connection, remote, { ...request, groups: out.said });
    }
    const how = describeExit(await remote.exit);
    throw refusal({ host: connection.name, how, said: `${err.noise} ${out.noise}`.replaceAll(prompt, '') });
  } catch (error) {
    remote.stdin.end();
    void Promise.race([both, sleep(lateMs)]).then((marks) => {
      const groups = marks?.[0].said;
      if (groups === undefined) remote.kill();
      else endable(connection, remote, { ...request, groups }).kill();
    });
    throw error;
  } finally {
    stopListening();
    talk.end(undefined);
  }
}

/** It may have begun by the time that it was given up, and the word of it, with its groups, be on the way. */
const lateMs = 2_000;

/** The signal ends the wait for a channel only: what runs as another user takes more to be ended. */
async function startOuter(
  connection: Connection,
  line: string,
  signal: AbortSignal | undefined,
): Promise<RemoteProcess> {
  const waiting = new AbortController();
  const stopListening = onAbort(signal, () => waiting.abort(signal?.reason));
  try {
    signal?.throwIfAborted();
    return await connection.exec(line, { signal: waiting.signal });
  } finally {
    stopListening();
  }
}

/**
 * Neither sshd nor we may signal what is another user's, and sudo passes a signal on to one process of its command only: so
 * another sudo ends the whole groups, with as much right as the first.
 */
function endable(
  connection: Connection,
  remote: RemoteProcess,
  { groups, ...request }: Start & { readonly groups: string },
): RemoteProcess {
  let isOver = false;
  const kill = (): void => {
    // Once it is over its numbers may be others'.
    if (isOver) return;
    isOver = true;
    remote.stdout.resume();
    remote.stderr.resume();
    const ending = endGroups(connection, groups, { ...request, signal: undefined });
    // A sudo that no longer lets us in leaves the channel to close.
    void ending.catch(() => undefined).finally(() => remote.kill());
  };
  const stopListening = onAbort(request.signal, kill);
  if (request.signal?.aborted === true) kill();
  void remote.exit.then(() => {
    isOver = true;
    stopListening();
  });
  return { ...remote, kill };
}

async function endGroups(connection: Connection, groups: string, request: Start): Promise<void> {
  const numbers = groups.split(' ').filter((word) => /^\d+$/.test(word) && Number(word) > 1);
  const each = (signal: string): string => numbers.map((group) => `kill -s ${signal} -- -${group}`).join('; ');
  const killer = await start(connection, `exec 2>/dev/null; ${each('TERM')}; sleep 2; ${each('KILL')}`, request);
  killer.stdin.end();
  killer.stdout.resume();
  killer.stderr.resume();
  await killer.exit;
}

/**
 * Random words in two halves, as a shell may echo what it runs. Messages in English, so that they are understood here; the
 * command itself gets its own language back, and a shell where its user has none (www-data). The first line of its output
 * names the two process groups that it may be in: the one of its channel, and one of its own below a pty of sudo.
 */
function sudoScript(
  given: Start & { readonly command: string; readonly prompt: string; readonly marker: string },
): string {
  const halves = (word: string): string => `${word.slice(0, 16)} ${word.slice(16)}`;
  const mark = `printf '%s%s %s %s\\n' ${halves(given.marker)}`;
  const inside = [
    'case $1 in "") unset LC_ALL;; *) LC_ALL=$1; export LC_ALL;; esac',
    'case ${SHELL-} in */nologin|*/false) SHELL=/bin/sh; export SHELL;; esac',
    `${mark} $2 $$; ${mark} $2 $$ >&2; set --`,
    given.command,
  ].join('\n');
  const asking = given.password === undefined ? '-n' : '-S';
  const user = given.user === undefined ? '' : `-u ${quote(given.user)} `;
  return [
    `p=$(printf '%s%s' ${halves(given.prompt)}); l=\${LC_ALL-}; LC_ALL=C; export LC_ALL`,
    `exec sudo ${asking} -H -p "$p" ${user}-- /bin/sh -c ${quote(inside)} sh "$l" $$`,
  ].join('\n');
}

/** What sudo asks, and what it is told. */
class Conversation {
  /** Rejects when it can't go on. */
  readonly failed: Promise<never>;
  readonly #host: string;
  readonly #remote: RemoteProcess;
  readonly #password: SudoPassword | undefined;
  #reject: (reason: unknown) => void = () => undefined;
  #timer: NodeJS.Timeout;
  #asked = 0;
  #isOver = false;
  #endTurn: EndTurn | undefined;

  constructor(host: string, remote: RemoteProcess, { password }: SudoRequest) {
    this.#host = host;
    this.#remote = remote;
    this.#password = password;
    this.failed = new Promise((_resolve, reject) => (this.#reject = reject));
    this.failed.catch(() => undefined);
    this.#timer = this.#startTimer();
  }

  /** How often the prompt was seen so far. */
  hear(asked: number): void {
    if (asked <= this.#asked || this.#isOver) return;
    const isAgain = this.#asked > 0 || asked > 1;
    this.#asked = asked;
    if (isAgain) {
      this.#endTurn?.(false);
      this.#endTurn = undefined;
      this.fail(wrongPassword(this.#host));
    } else void this.#answer();
  }

  fail(reason: unknown): void {
    this.#reject(reason);
  }

  /** Of no effect after the first time. */
  end(isAccepted: true | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#endTurn?.(isAccepted);
  }

  async #answer(): Promise<void> {
    try {
      const password = this.#password;
      if (password === undefined) throw noPassword(this.#host);
      // Waiting for another host's answer is no delay of this one.
      clearTimeout(this.#timer);
      const endTurn = await password.turn(this.#host);
      if (this.#isOver) return endTurn(undefined);
      this.#endTurn = endTurn;
      this.#timer = this.#startTimer();
      this.#remote.stdin.write(password.line);
    } catch (error) {
      this.fail(error);
    }
  }

  #startTimer(): NodeJS.Timeout {
    return setTimeout(() => this.fail(silent(this.#host, startMs)), startMs);
  }
}

/** More than this before the command isn't a lecture any more. */
const maxNoiseBytes = 64 << 10;

interface Before {
  /** The rest of the line with the marker; undefined where that never came. */
  readonly said: string | undefined;
  readonly noise: string;
}

/** Reads up to the line with the marker and leaves what follows in the stream, for whoever reads on. */
async function untilMark(stream: Readable, marker: string, onNoise: (noise: string) => void): Promise<Before> {
  return await new Promise((resolve) => {
    let before = Buffer.alloc(0);
    const settle = (said: string | undefined): void => {
      stream.off('readable', take).off('end', onEnd).off('close', onEnd);
      resolve({ said, noise: before.toString() });
    };
    const onEnd = (): void => settle(undefined);
    const take = (): void => {
      for (let chunk: unknown = stream.read(); Buffer.isBuffer(chunk); chunk = stream.read()) {
        before = Buffer.concat([before, chunk]);
        const at = before.indexOf(marker);
        const end = at < 0 ? -1 : before.indexOf('\n', at);
        if (end >= 0) {
          if (end + 1 < before.length) stream.unshift(before.subarray(end + 1));
          return settle(before.toString('latin1', at + marker.length, end).trim());
        }
        onNoise(before.toString('latin1'));
        before = before.subarray(-maxNoiseBytes);
      }
    };
    stream.on('readable', take).on('end', onEnd).on('close', onEnd);
    if (stream.readableEnded || stream.destroyed) onEnd();
  });
}
