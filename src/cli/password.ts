/** A password that a line of funbric asks a person for, or reads from a file or a pipe: one line, which no message repeats. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { FunbricError, messageOf } from '../model/errors.ts';
import { readBounded } from '../transports/read-bounded.ts';
import type { Ask } from '../transports/auth/secrets.ts';
import type { Prompt } from './mount-credentials.ts';
import { ask } from './terminal/question.ts';
import type { HoldableTerminal } from './terminal/holdable.ts';

/** What the two options of a password are called, and what they were given. */
export interface PasswordChoice {
  readonly askFlag: string;
  readonly isAsked: boolean;
  readonly fileFlag: string;
  /** A path, or `-` for standard input. */
  readonly file: string | undefined;
  readonly question: string;
}

export interface PasswordContext {
  readonly prompt: Prompt;
  readonly terminal: HoldableTerminal;
  readonly currentFolder: string;
  readonly signal: AbortSignal;
}

/** Undefined where there is nobody to ask: without a terminal. */
export function personAt({ prompt, terminal }: PasswordContext): Ask | undefined {
  const { input, output, interrupt = (): void => undefined } = prompt;
  if (input.isTTY !== true) return undefined;
  return async (question, signal) =>
    terminal.holdWhile(async () => ask(question, { input, output, interrupt, signal }));
}

/** Undefined where none was chosen. Known before any host is reached, and then kept in memory only. */
export async function passwordOf(choice: PasswordChoice, context: PasswordContext): Promise<string | undefined> {
  const { askFlag, isAsked, fileFlag, file, question } = choice;
  if (isAsked && file !== undefined) {
    throw new FunbricError('usage', `${askFlag} and ${fileFlag} are two ways to say one password`, {
      hint: 'leave one of them out',
    });
  }
  const person = personAt(context);
  if (isAsked || (file === '-' && person !== undefined)) {
    if (person !== undefined) return await person({ text: question, isEchoed: false }, context.signal);
    throw new FunbricError('usage', `${askFlag}: there is no terminal to ask at`, {
      hint: `read the password with ${fileFlag} FILE, or - for standard input`,
    });
  }
  if (file === undefined) return undefined;
  if (file === '-') return onlyLine(await readAll(context.prompt.input), 'standard input');
  const path = resolve(context.currentFolder, file);
  return onlyLine(readPrivate(path, fileFlag), path);
}

/** No password is longer. */
const maxLength = 8192;
/** With the end of its line, whatever its characters. */
const maxLineBytes = 4 * maxLength + 2;

async function readAll(input: Readable): Promise<string> {
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > maxLength) break;
  }
  return text;
}

/** A regular file must be closed to all others; pipes are their makers' own. */
function readPrivate(path: string, flag: string): string {
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
    return readBounded(file, maxLineBytes).toString('utf8');
  } catch (error) {
    if (error instanceof FunbricError) throw error;
    throw new FunbricError('input', `${path}: the password can't be read: ${messageOf(error)}`, {
      hint: `check the path behind ${flag}`,
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function onlyLine(text: string, from: string): string {
  const line = text.replace(/\r?\n$/, '');
  if (line !== '' && line.length <= maxLength && !/[\r\n\0]/.test(line)) return line;
  throw new FunbricError('input', `${from}: holds no password, or more than one line`, {
    hint: 'write the password alone, on one line',
  });
}
