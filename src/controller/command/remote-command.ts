/**
 * One command line on one host, with its output as lines while it runs. However it ends (by itself, by its limit, by
 * Ctrl-C), nothing of it is left running there.
 */
import { randomBytes } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { FunbricError } from '../../model/errors.ts';
import { isBash, streamScript } from '../../transports/script.ts';
import { quote } from '../../transports/shell.ts';
import type { Connection, Exit } from '../../transports/transport.ts';
import { CommandLimits } from './limits.ts';

export interface RemoteCommand {
  /** For the host's login shell. */
  readonly line: string;
  readonly stdin?: string | Uint8Array | undefined;
  /** In ms; 0: none. */
  readonly limitMs: number;
  /** In ms without a word of it; 0 or none: no limit. */
  readonly idleMs?: number | undefined;
  readonly signal: AbortSignal;
  /** A line with its end; a very long one comes in pieces, of which all but the last are partial. */
  readonly onLine: (stream: Stream, line: string, isPartial: boolean) => void;
  /** The same as it came; waited for before more is read. The bytes are only lent. */
  readonly onBytes?: ((stream: Stream, bytes: Buffer) => void | Promise<void>) | undefined;
  /** Waited for before more is read. */
  readonly shown?: () => Promise<void>;
}

export type Stream = 'stdout' | 'stderr';

/** Throws `limit`, `lost`, or the signal's reason; how the command itself ended is data. */
export async function runRemoteCommand(
  connection: Connection,
  command: RemoteCommand,
): Promise<Exclude<Exit, { kind: 'lost' }>> {
  const isForLoginShell = isBash(connection);
  const marker = isForLoginShell ? undefined : randomBytes(16).toString('hex');
  using limits = new CommandLimits(connection.name, command);
  const read = (stream: Stream): Reader => reader(stream, command, { marker, limits });
  const stdout = read('stdout');
  const stderr = read('stderr');
  // The user's own shell, as over ssh, but below a script of ours that can be ended with all that it started.
  const line =
    marker === undefined ? command.line : `exec "\${SHELL:-/bin/sh}" -c ${quote(markedLine(command.line, marker))}`;
  const exit = await streamScript(connection, line, {
    isForLoginShell,
    stdin: command.stdin ?? '',
    signal: limits.with(command.signal),
    onStdout: stdout.push,
    onStderr: stderr.push,
  });
  await stdout.end();
  await stderr.end();
  if (exit.kind === 'lost')
    throw new FunbricError('lost', `${connection.name}: the connection was lost: ${exit.reason}`);
  return exit;
}

interface Reader {
  readonly push: (chunk: Buffer) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** SSH hands over up to 2 MB at once: in pieces, little of it waits to be shown, and that soon is garbage. */
const pieceBytes = 64 << 10;

function reader(
  stream: Stream,
  { onLine, onBytes, shown }: RemoteCommand,
  { marker, limits }: { readonly marker: string | undefined; readonly limits: CommandLimits },
): Reader {
  const lines = new Lines((line, isPartial) => onLine(stream, line, isPartial));
  const speech = marker === undefined ? undefined : new AfterMarker(marker);
  const take = async (bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return;
    // While we hold it back it can't say anything: that is no silence of its own.
    using _ = limits.heard();
    lines.push(bytes);
    await onBytes?.(stream, bytes);
    await shown?.();
  };
  return {
    push: async (chunk) => {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        await take(speech === undefined ? piece : speech.in(piece));
      }
    },
    end: async () => {
      if (speech !== undefined) await take(speech.end());
      lines.end();
    },
  };
}

/** Bash reads .bashrc here once more, and what that prints is no output of the command. In two halves, as a shell may echo it. */
function markedLine(line: string, marker: string): string {
  const mark = `printf '%s%s\\n' ${marker.slice(0, 16)} ${marker.slice(16)}`;
  return `/bin/sh -c ${quote(`${mark}; ${mark} >&2`)}\n${line}`;
}

/** More than this before the marker isn't a greeting any more. */
const maxNoiseBytes = 1 << 20;

/** What a command says: all that follows the line with the marker. */
class AfterMarker {
  readonly #mark: string;
  #noise: Buffer | undefined = Buffer.alloc(0);

  constructor(marker: string) {
    this.#mark = `${marker}\n`;
  }

  in(chunk: Buffer): Buffer {
    if (this.#noise === undefined) return chunk;
    const all = Buffer.concat([this.#noise, chunk]);
    const at = all.indexOf(this.#mark);
    this.#noise = at < 0 ? all.subarray(-maxNoiseBytes) : undefined;
    return at < 0 ? Buffer.alloc(0) : all.subarray(at + this.#mark.length);
  }

  /** A shell that didn't get as far as the marker says why. */
  end(): Buffer {
    return this.#noise ?? Buffer.alloc(0);
  }
}

/** A line longer than this comes in pieces, so that a host can't fill our memory. */
const maxLineLength = 64 << 10;

/** Text lines out of chunks of bytes: a character that spans two chunks stays whole, and where they are cut changes no line. */
class Lines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string, isPartial: boolean) => void;
  #rest = '';

  constructor(onLine: (line: string, isPartial: boolean) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#say(text.slice(start, end + 1));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    while (this.#rest.length > maxLineLength) {
      this.#onLine(this.#rest.slice(0, maxLineLength), true);
      this.#rest = this.#rest.slice(maxLineLength);
    }
  }

  #say(line: string): void {
    for (let at = 0; at < line.length; at += maxLineLength) {
      const next = at + maxLineLength;
      this.#onLine(line.slice(at, next), next < line.length);
    }
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    if (last !== '') this.#say(last);
  }
}
