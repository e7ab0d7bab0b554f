/**
 * Logins by words: a password, or answers to what the host asks (keyboard-interactive). The password of all hosts is sent
 * once a login at most, so that a wrong one locks no account; anything else is asked of a person, where there is one.
 */
import type { AnyAuthMethod, KeyboardInteractiveAuthMethod } from 'ssh2';
import type { AuthMethod } from '../config/auth-settings.ts';
import type { HostSettings } from '../config/ssh-config.ts';
import { unreachable, type Place } from '../place.ts';
import { printable } from '../printable.ts';
import type { Waiting } from './credentials.ts';
import type { Secrets } from './secrets.ts';

type WordMethod = Exclude<AuthMethod, 'publickey'>;

export interface Words {
  /** There is something left to say in this way. */
  has(method: WordMethod): boolean;
  take(method: WordMethod): AnyAuthMethod | Promise<AnyAuthMethod>;
  tried(): readonly string[];
  /** Why not in ways that the host takes. */
  skipped(methods: readonly string[]): readonly string[];
}

export interface WordsGiven {
  readonly place: Place;
  readonly settings: HostSettings;
  readonly secrets: Secrets;
  readonly waiting: Waiting;
  /** Ends the login: a question that can't be answered, or a person who gave up. */
  readonly giveUp: (error: unknown) => void;
}

/** As ssh2 gives it. */
interface Prompt {
  readonly prompt: string;
  readonly echo?: boolean;
}

export function makeWords({ place, settings, secrets, waiting, giveUp }: WordsGiven): Words {
  const { user: username, auth } = settings;
  const ask = auth.isBatch ? undefined : secrets.ask;
  const who = printable(`${username}@${place.name}`);
  let unsent = secrets.password;
  const tried: string[] = [];
  const rounds = { password: auth.prompts, 'keyboard-interactive': auth.prompts };
  const sendPassword = (): string | undefined => {
    const password = unsent;
    unsent = undefined;
    if (password !== undefined) tried.push('the password');
    return password;
  };
  const answer = async (prompt: Prompt, isOnly: boolean, intro: string): Promise<string> => {
    const text = printable(prompt.prompt);
    const given = isForPassword(prompt, isOnly) ? sendPassword() : undefined;
    if (given !== undefined) return given;
    if (ask !== undefined) {
      return ask({ text: `${intro}(${who}) ${text}`, isEchoed: prompt.echo === true }, waiting.signal);
    }
    const wasRefused = secrets.password !== undefined && isForPassword(prompt, isOnly);
    throw unreachable(
      place,
      wasRefused ? `the password of ${username} was refused` : `it asks ${JSON.stringify(text)}, and nobody can answer`,
      auth.isBatch ? 'BatchMode is on for it in ssh_config' : 'run funbric at a terminal, or use a key (ssh-add)',
    );
  };
  const prompt: KeyboardInteractiveAuthMethod['prompt'] = (name, instructions, _language, prompts, finish) => {
    const intro = [name, instructions].map((text) => printable(text).trim()).filter((text) => text !== '');
    const answers = answerAll(prompts, intro, answer);
    waiting.during(answers).then(finish, giveUp);
  };
  return {
    has: (method) => rounds[method] > 0 && (ask !== undefined || unsent !== undefined),
    take(method) {
      rounds[method]--;
      if (method === 'keyboard-interactive') {
        if (ask !== undefined) tried.push('answers to its questions');
        return { type: method, username, prompt };
      }
      const password = sendPassword();
      if (password !== undefined || ask === undefined) return { type: method, username, password: password ?? '' };
      tried.push('a typed password');
      const typed = ask({ text: `${who}'s password: `, isEchoed: false }, waiting.signal);
      return waiting.during(typed).then((password) => ({ type: method, username, password }));
    },
    tried: () => [...new Set(tried)],
    skipped(methods) {
      const isWanted = (['keyboard-interactive', 'password'] as const).some((method) => methods.includes(method));
      if (!isWanted || secrets.password !== undefined || ask !== undefined) return [];
      return [
        auth.isBatch
          ? 'a password: BatchMode is on for it in ssh_config'
          : 'a password: there is no terminal to ask at (--password-file FILE reads one)',
      ];
    },
  };
}

async function answerAll(
  prompts: readonly Prompt[],
  intro: readonly string[],
  answer: (prompt: Prompt, isOnly: boolean, intro: string) => Promise<string>,
): Promise<string[]> {
  const answers: string[] = [];
  for (const [index, prompt] of prompts.entries()) {
    const before = index === 0 && intro.length > 0 ? `${intro.join('\n')}\n` : '';
    answers.push(await answer(prompt, prompts.length === 1, before));
  }
  return answers;
}

/** A hidden answer; where it is one of several, or may be a second factor, it must be called a password. */
function isForPassword({ prompt, echo }: Prompt, isOnly: boolean): boolean {
  if (echo === true) return false;
  return /password/i.test(prompt) || (isOnly && !/code|otp|token|\bpin\b|verif|factor|challenge/i.test(prompt));
}
