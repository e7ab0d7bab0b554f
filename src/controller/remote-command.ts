/**
 * One command line on one host, with its output as lines while it runs. However it ends (by itself, by its limit, by
 * Ctrl-C), nothing of it is left running there.
 */
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
}

/** Throws `limit`, `lost`, or the signal's reason; how the command itself ended is data. */
export async function runRemoteCommand(
  connection: Connection,
  command: RemoteCommand,
): Promise<Exclude<Exit, { kind: 'lost' }>> {
  const stdout = new Lines((line) => command.onLine('stdout', line));
  const stderr = new Lines((line) => command.onLine('stderr', line));
  // The user's own shell, as over ssh, but below a script of ours that can be ended with all that it started.
  const exit = await streamScript(connection, `"\${SHELL:-/bin/sh}" -c ${quote(command.line)}`, {
    stdin: command.stdin ?? '',
    signal: command.signal,
    ...(command.limitMs > 0 ? { timeoutMs: command.limitMs } : {}),
    onStdout: (chunk) => stdout.push(chunk),
    onStderr: (chunk) => stderr.push(chunk),
  });
  stdout.end();
  stderr.end();
  if (exit.kind === 'lost')
    throw new FunbricError('lost', `${connection.name}: the connection was lost: ${exit.reason}`);
  return exit;
}

/** A line longer than this comes in pieces, so that a host can't fill our memory. */
const maxLineLength = 64 << 10;

/** Text lines out of chunks of bytes: a character that spans two chunks stays whole. */
class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/(?<=\n)/);
    const last = lines.at(-1) ?? '';
    this.#rest = last.endsWith('\n') || last.length > maxLineLength ? '' : last;
    if (this.#rest !== '') lines.pop();
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    if (last !== '') this.#onLine(last);
  }
}
