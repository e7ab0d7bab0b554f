/** `--mount-credentials FILE` or `-`: from a pipe as the file would be, from a terminal by asking, the password unseen. */
import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';
import type { Plan } from '../model/plan.ts';
import { parseCredentials, readCredentialsFile, type MountCredentials } from '../controller/mounts/credentials.ts';
import { interrupted } from '../controller/fan-out/waiting.ts';

export interface Prompt {
  readonly input: Readable & { readonly isTTY?: boolean };
  /** For questions. */
  readonly output: Writable;
  /** What Ctrl-C does while nothing is asked. */
  readonly interrupt?: () => void;
}

/** By the mounts' own words for them: all are at hand before any host is reached. */
export async function credentialsOf(plan: Plan, prompt: Prompt): Promise<ReadonlyMap<string, MountCredentials>> {
  const found = new Map<string, MountCredentials>();
  for (const { mount } of plan.tasks) {
    const from = mount?.credentials;
    if (from === undefined || found.has(from)) continue;
    found.set(from, from === '-' ? await fromStandardInput(prompt) : readCredentialsFile(from));
  }
  return found;
}

async function fromStandardInput(prompt: Prompt): Promise<MountCredentials> {
  if (prompt.input.isTTY === true) return parseCredentials(await ask(prompt), 'the answers');
  let text = '';
  for await (const chunk of prompt.input.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > maxLength) break;
  }
  return parseCredentials(text, 'standard input');
}

/** More is no user and password: the parser says so. */
const maxLength = 8192;

async function ask({ input, output }: Prompt): Promise<string> {
  const given = new AbortController();
  let isHidden = false;
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: echo, terminal: true });
  // Ctrl-C and Ctrl-D: without this, a question would wait for ever.
  for (const event of ['SIGINT', 'close'] as const) {
    lines.once(event, () => given.abort(interrupted('the question for credentials')));
  }
  const question = async (text: string): Promise<string> => {
    try {
      return await lines.question(text, { signal: given.signal });
    } catch (error) {
      given.signal.throwIfAborted();
      throw error;
    }
  };
  try {
    const user = await question('user of the mount: ');
    const domain = await question('domain (empty: none): ');
    output.write('password: ');
    isHidden = true;
    const password = await question('');
    output.write('\n');
    return `username=${user}\npassword=${password}\n${domain === '' ? '' : `domain=${domain}\n`}`;
  } finally {
    lines.close();
  }
}
