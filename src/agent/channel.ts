/** JSON lines in and out, from the start marker on: whatever a noisy login shell printed before it is not ours. */
import type { Readable, Writable } from 'node:stream';
import { messageOf } from '../model/errors.ts';
import { commandSchema, maxLineBytes, type AgentEvent, type Command } from '../model/protocol.ts';

/** Unsent bytes beyond which heartbeats are left out: a controller that doesn't read must not fill this host's memory. */
const maxUnsentBytes = 1 << 20;

export interface ChannelOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly marker: string;
  readonly onCommand: (command: Command) => void;
  /** A line that is too long or no command: what was wrong with it. */
  readonly onRefused: (reason: string) => void;
  /** The other side is gone. */
  readonly onEnd: (reason: string) => void;
}

export interface Channel {
  send(event: AgentEvent): void;
  /** For what is worth nothing later. */
  sendIfRoom(event: AgentEvent): void;
  /** Calls back when everything is handed over, or can't be. */
  flush(done: () => void): void;
}

export function openChannel({ input, output, marker, onCommand, onRefused, onEnd }: ChannelOptions): Channel {
  const lines = lineReader((line) => {
    const decoded = decodeCommand(line);
    if (typeof decoded === 'string') onRefused(decoded);
    else onCommand(decoded);
  }, onRefused);
  input.on('data', lines);
  input.on('end', () => onEnd('the controller closed the channel'));
  input.on('error', (error) => onEnd(`the channel broke: ${error.message}`));
  output.on('error', (error) => onEnd(`the controller can't be told anything: ${error.message}`));
  output.write(`\n${marker}\n`);
  const send = (event: AgentEvent): void => {
    output.write(`${JSON.stringify(event)}\n`);
  };
  return {
    send,
    sendIfRoom(event) {
      if (output.writableLength < maxUnsentBytes) send(event);
    },
    flush(done) {
      output.write('', () => done());
    },
  };
}

/** Cuts at newlines; refuses, once, what gets longer than a line may be. */
function lineReader(onLine: (line: string) => void, onRefused: (reason: string) => void): (data: Buffer) => void {
  let parts: Buffer[] = [];
  let bytes = 0;
  let isRefused = false;
  return (data) => {
    let rest = data;
    while (!isRefused) {
      const newline = rest.indexOf(0x0a);
      const part = newline < 0 ? rest : rest.subarray(0, newline);
      bytes += part.length;
      if (bytes > maxLineBytes) {
        isRefused = true;
        onRefused(`a line is longer than ${maxLineBytes} bytes`);
        return;
      }
      parts.push(part);
      if (newline < 0) return;
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      bytes = 0;
      rest = rest.subarray(newline + 1);
      onLine(line);
    }
  };
}

/** The command, or what is wrong with the line. */
function decodeCommand(line: string): Command | string {
  try {
    const result = commandSchema.safeParse(JSON.parse(line));
    if (result.success) return result.data;
    const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`);
    return `a line is no command: ${problems.join('; ')}`;
  } catch (error) {
    return `a line is no JSON: ${messageOf(error)}`;
  }
}
