/** The login password of all hosts, from a file or asked once, and how a person is asked for whatever else logins need. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { FunbricError, messageOf } from '../model/errors.ts';
import type { Ask, GivenSecrets } from '../transports/secrets.ts';
import type { FleetValues } from './arguments.ts';
import type { Prompt } from './mount-credentials.ts';
import { ask } from './terminal/question.ts';
import type { Terminal } from './terminal/screen.ts';

interface Around {
  readonly prompt: Prompt;
  readonly terminal: HoldableTerminal;
  readonly currentFolder: string;
  readonly signal: AbortSignal;
}

export async function loginSecrets(
  { isPasswordAsked, passwordFile }: FleetValues,
  { prompt, terminal, currentFolder, signal }: Around,
): Promise<GivenSecrets> {
  const { input, output, interrupt = (): void => undefined } = prompt;
  const asker: Ask = async (question, signal) =>
    terminal.holdWhile(async () => ask(question, { input, output, interrupt, signal }));
  const person = input.isTTY === true ? asker : undefined;
  if (isPasswordAsked && passwordFile !== undefined) {
    throw new FunbricError('usage', '--ask-pass and --password-file are two ways to say one password', {
      hint: 'leave one of them out',
    });
  }
  if (isPasswordAsked || (passwordFile === '-' && person !== undefined)) {
    if (person === undefined) {
      throw new FunbricError('usage', '--ask-pass: there is no terminal to ask at', {
        hint: 'read the password with --password-file FILE, or use a key: ssh-add, or -i',
      });
    }
    return { ask: person, password: await person({ text: 'SSH password: ', isEchoed: false }, signal) };
  }
  if (passwordFile === undefined) return { ask: person };
  const text = passwordFile === '-' ? await readAll(input) : readPrivate(resolve(currentFolder, passwordFile));
  return { ask: person, password: onlyLine(text, passwordFile) };
}

/** No password is longer. */
const maxLength = 8192;

async function readAll(input: Readable): Promise<string> {
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > maxLength) break;
  }
  return text;
}

/** A regular file must be closed to all others; pipes are their makers' own. */
function readPrivate(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { mode } = fstatSync(file);
    const isOpen = (mode & 0o170000) === 0o100000 && (mode & 0o077) !== 0 && process.platform !== 'win32';
    if (isOpen) {
      throw new FunbricError('input', `${path}: others may read this password (mode ${(mode & 0o777).toString(8)})`, {
        hint: `chmod 600 ${path}, and change the password if they are not trusted`,
      });
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof FunbricError) throw error;
    throw new FunbricError('input', `${path}: the password can't be read: ${messageOf(error)}`, {
      hint: 'check the path behind --password-file',
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function onlyLine(text: string, from: string): string {
  const line = text.replace(/\r?\n$/, '');
  if (line !== '' && line.length <= maxLength && !/[\r\n\0]/.test(line)) return line;
  throw new FunbricError(
    'input',
    `${from === '-' ? 'standard input' : from}: holds no password, or more than one line`,
    {
      hint: 'write the password alone, on one line',
    },
  );
}

export interface HoldableTerminal extends Terminal {
  /** Nothing is drawn meanwhile, so that a question stays to be seen. */
  holdWhile<T>(work: () => Promise<T>): Promise<T>;
}

export function holdable(terminal: Terminal): HoldableTerminal {
  let holds = 0;
  return {
    isTerminal: terminal.isTerminal,
    size: terminal.size,
    erase: terminal.erase,
    draw(lines) {
      if (holds === 0) terminal.draw(lines);
    },
    async holdWhile(work) {
      holds++;
      terminal.erase();
      try {
        return await work();
      } finally {
        holds--;
      }
    },
  };
}
