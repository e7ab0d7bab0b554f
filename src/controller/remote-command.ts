/**
 * One command line on one host, with its output as lines while it runs. However it ends (by itself, by its limit, by
 * Ctrl-C), nothing of it is left running there.
 */
import { randomBytes } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { FunbricError } from '../model/errors.ts';
import { streamScript } from '../transports/script.ts';
import { quote } from '../transports/shell.ts';
import type { Connection, Exit } from '../transports/transport.ts';

export interface RemoteCommand {
  /** For the host's login shell. */
  readonly line: string;
  readonly stdin?: string | Uint8Array | undefined;
  /** In ms; 0: none. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** A line with its end; a very long one comes in pieces. */
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
  /** Waited for before more is read. */
  readonly shown?: () => Promise<void>;
}

/** Throws `limit`, `lost`, or the signal's reason; how the command itself ended is data. */
export async function runRemoteCommand(
  connection: Connection,
  command: RemoteCommand,
): Promise<Exclude<Exit, { kind: 'lost' }>> {
  const marker = randomBytes(16).toString('hex');
  const stdout = new Lines((line) => command.onLine('stdout', line), marker);
  const stderr = new Lines((line) => command.onLine('stderr', line), marker);
  // The user's own shell, as over ssh, but below a script of ours that can be ended with all that it started.
  const exit = await streamScript(
    connection,
    `exec "\${SHELL:-/bin/sh}" -c ${quote(markedLine(command.line, marker))}`,
    {
      stdin: command.stdin ?? '',
      signal: command.signal,
      ...(command.limitMs > 0 ? { timeoutMs: command.limitMs } : {}),
      onStdout: async (chunk) => show(stdout, chunk, command.shown),
      onStderr: async (chunk) => show(stderr, chunk, command.shown),
    },
  );
  stdout.end();
  stderr.end();
  if (exit.kind === 'lost')
    throw new FunbricError('lost', `${connection.name}: the connection was lost: ${exit.reason}`);
  return exit;
}

/** SSH hands over up to 2 MB at once: in pieces, little of it waits to be shown, and that soon is garbage. */
const pieceBytes = 64 << 10;

async function show(lines: Lines, chunk: Buffer, shown: RemoteCommand['shown']): Promise<void> {
  for (let at = 0; at < chunk.length; at += pieceBytes) {
    lines.push(chunk.subarray(at, at + pieceBytes));
    await shown?.();
  }
}

/** Bash reads .bashrc here once more, and what that prints is no output of the command. In two halves, as a shell may echo it. */
function markedLine(line: string, marker: string): string {
  const mark = `printf '%s%s\\n' ${marker.slice(0, 16)} ${marker.slice(16)}`;
  return `/bin/sh -c ${quote(`${mark}; ${mark} >&2`)}\n${line}`;
}

/** A line longer than this comes in pieces, so that a host can't fill our memory. */
const maxLineLength = 64 << 10;

/** More than this before the marker isn't a greeting any more. */
const maxNoiseLength = 1 << 20;

/** Text lines out of chunks of bytes, from the marker on: a character that spans two chunks stays whole. */
class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #marker: string | undefined;
  #rest = '';

  constructor(onLine: (line: string) => void, marker: string) {
    this.#onLine = onLine;
    this.#marker = marker;
  }

  push(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    let start = this.#afterMarker(text);
    if (start === undefined) {
      this.#rest = text.slice(-maxNoiseLength);
      return;
    }
    for (let end = text.indexOf('\n', start); end >= 0; end = text.indexOf('\n', start)) {
      this.#onLine(text.slice(start, end + 1));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length <= maxLineLength) return;
    this.#onLine(this.#rest);
    this.#rest = '';
  }

  #afterMarker(text: string): number | undefined {
    if (this.#marker === undefined) return 0;
    const at = text.indexOf(`${this.#marker}\n`);
    if (at < 0) return undefined;
    const start = at + this.#marker.length + 1;
    this.#marker = undefined;
    return start;
  }

  /** A shell that didn't get as far as the marker says why. */
  end(): void {
    const last = this.#rest + this.#decoder.end();
    if (last !== '') this.#onLine(last);
  }
}
