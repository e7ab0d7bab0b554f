/** What an ssh says on stderr, kept within bounds: its own messages, and of its debug lines those that tell something. */
import { printable } from '../printable.ts';

export type Stage = 'connecting' | 'key exchange' | 'login';

export interface SshLog {
  take(chunk: Buffer): void;
  /** How far the login came. */
  readonly stage: Stage;
  /** Messages without debug lines, made printable. */
  readonly messages: readonly string[];
  /** The first group of the last line that matches. */
  find(pattern: RegExp): string | undefined;
  /** The first groups of all lines that match. */
  findAll(pattern: RegExp): readonly string[];
  /** What was said so far is of no more use. */
  forget(): void;
}

/** A login says some 60 lines. */
const maxLines = 400;

const maxLineLength = 1000;

/** After one of these lines, that is what ssh is at. A jump host's lines come in between, and end with its login. */
const stages: readonly (readonly [RegExp, Stage])[] = [
  [/^(debug1: )?(Connecting to|Executing proxy command|Authenticated to)/, 'connecting'],
  [/^debug1: (Connection established|Remote protocol version)/, 'key exchange'],
  [/^debug1: (SSH2_MSG_NEWKEYS received|rekey in)/, 'login'],
];

/** Said for every channel and command, once the host is reached; and what only -v makes it say. */
const noise =
  /^(debug1: (channel|client_input_|multiplexing|mux|forking|pledge)|OpenSSH_|Transferred: |Bytes per second: )/;

export function makeLog(): SshLog {
  let lines: string[] = [];
  let rest = '';
  let stage: Stage = 'connecting';
  const takeLine = (line: string): void => {
    if (line.trim() === '' || noise.test(line)) return;
    stage = stages.find(([pattern]) => pattern.test(line))?.[1] ?? stage;
    lines.push(line);
    if (lines.length > maxLines) lines = lines.slice(-maxLines / 2);
  };
  const findAll = (pattern: RegExp): readonly string[] =>
    lines.flatMap((line) => {
      const match = pattern.exec(line);
      return match === null ? [] : [printable(match[1] ?? match[0])];
    });
  return {
    take(chunk) {
      const parts = (rest + chunk.toString('latin1')).split(/\r?\n/);
      rest = (parts.pop() ?? '').slice(0, maxLineLength);
      for (const part of parts) takeLine(Buffer.from(part.slice(0, maxLineLength), 'latin1').toString());
    },
    get stage() {
      return stage;
    },
    get messages() {
      return lines.filter((line) => !/^(debug\d: |Authenticated to )/.test(line)).map(printable);
    },
    find: (pattern) => findAll(pattern).at(-1),
    findAll,
    forget() {
      lines = [];
    },
  };
}
