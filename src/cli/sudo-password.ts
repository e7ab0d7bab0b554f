/** `--ask-sudo-pass`, unseen at a terminal, or `--sudo-password-file FILE|-`: known before any host is reached, and then kept in memory only. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { interrupted } from '../controller/waiting.ts';
import { FunbricError, messageOf } from '../model/errors.ts';
import { SudoPassword } from '../transports/sudo-password.ts';
import type { Prompt } from './mount-credentials.ts';

export interface SudoPasswordChoice {
  readonly isSudoPasswordAsked: boolean;
  readonly sudoPasswordFile: string | undefined;
}

/** Undefined where none was chosen: sudo must ask for none then. */
export async function sudoPasswordOf(
  { isSudoPasswordAsked, sudoPasswordFile }: SudoPasswordChoice,
  { prompt, currentFolder }: { readonly prompt: Prompt; readonly currentFolder: string },
): Promise<SudoPassword | undefined> {
  if (isSudoPasswordAsked) return new SudoPassword(checked(await ask(prompt), 'the answer'));
  if (sudoPasswordFile === undefined) return undefined;
  const text = sudoPasswordFile === '-' ? await allOf(prompt) : readFile(resolve(currentFolder, sudoPasswordFile));
  return new SudoPassword(checked(text, `--sudo-password-file ${sudoPasswordFile}`));
}

/** No password is as long as this. */
const maxLength = 4096;

/** One line, with or without its end; no message repeats it. */
function checked(text: string, from: string): string {
  const password = text.replace(/\r?\n$/, '');
  if (password !== '' && password.length <= maxLength && !/[\n\r\0]/.test(password)) return password;
  throw new FunbricError('input', `${from}: it is no password`, { hint: 'it must be one line that is not empty' });
}

function readFile(path: string): string {
  try {
    // Of a pipe without a writer the end would be waited for for ever.
    if (!statSync(path).isFile()) throw new Error('it is not a regular file (- reads standard input)');
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new FunbricError('input', `--sudo-password-file ${path}: can't be read: ${messageOf(error)}`, {
      hint: 'name a file that holds the password and nothing else, or - for standard input',
    });
  }
}

async function allOf({ input }: Prompt): Promise<string> {
  if (input.isTTY === true) {
    throw new FunbricError('usage', '--sudo-password-file -: standard input is a terminal', {
      hint: 'pipe the password in, or be asked for it unseen: --ask-sudo-pass',
    });
  }
  let text = '';
  for await (const chunk of input.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > maxLength) break;
  }
  return text;
}

async function ask({ input, output }: Prompt): Promise<string> {
  if (input.isTTY !== true) {
    throw new FunbricError('usage', '--ask-sudo-pass needs a terminal to ask at, and there is none', {
      hint: 'give the password by a file or a pipe: --sudo-password-file FILE, or - for standard input',
    });
  }
  const ended = new AbortController();
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: unseen, terminal: true });
  // Ctrl-C and Ctrl-D: without this, the question would wait for ever.
  for (const event of ['SIGINT', 'close'] as const) {
    lines.once(event, () => ended.abort(interrupted('the question for the sudo password')));
  }
  try {
    output.write('sudo password: ');
    return await lines.question('', { signal: ended.signal });
  } catch (error) {
    ended.signal.throwIfAborted();
    throw error;
  } finally {
    output.write('\n');
    lines.close();
  }
}
