/**
 * What to offer a host next, as it says what it still takes: keys, then answers to its questions, then a password, in the
 * order that ssh_config prefers. A person is asked only for what the host has said that it takes.
 */
import type { AnyAuthMethod, NextAuthHandler } from 'ssh2';
import type { Credentials } from './credentials.ts';
import { makeWords, type WordsGiven } from './words.ts';

export interface Tries {
  /** For ssh2: gives what to try, `false` when nothing is left, undefined when `tell` will be called later. */
  readonly next: (
    left: readonly string[] | null,
    isPartial: boolean,
    tell: NextAuthHandler,
  ) => AnyAuthMethod | false | undefined;
  /** What the host takes, as it said when it refused something. */
  methods(): readonly string[];
  /** What was refused. */
  tried(): readonly string[];
  /** What was left out, and why. */
  skipped(): readonly string[];
}

export interface TriesGiven extends WordsGiven {
  readonly credentials: Credentials;
}

export function makeTries(given: TriesGiven): Tries {
  const { settings, credentials, giveUp } = given;
  const keys: AnyAuthMethod[] = [...credentials.methods];
  const words = makeWords(given);
  let said: readonly string[] = [];
  let last: AnyAuthMethod | undefined;
  const choose = (takes: readonly string[] | undefined): AnyAuthMethod | Promise<AnyAuthMethod> | false => {
    const probe: AnyAuthMethod = { type: 'none', username: settings.user };
    for (const method of settings.auth.methods) {
      if (takes !== undefined && !takes.includes(method)) continue;
      if (method === 'publickey') {
        const key = keys.shift();
        if (key !== undefined) return key;
      } else if (words.has(method)) return takes === undefined ? probe : words.take(method);
    }
    // Where nothing was tried, or only an agent's keys, nobody knows yet what would have helped.
    return last === undefined || last.type === 'agent' ? probe : false;
  };
  return {
    methods: () => said,
    tried: () => [...credentials.tried, ...words.tried()],
    skipped: () => [...credentials.skipped, ...words.skipped(said)],
    next(left, _isPartial, tell) {
      // ssh2 doesn't pass on what the host says when it refuses an agent's key.
      const takes = left === null || last?.type === 'agent' ? undefined : left;
      said = takes ?? said;
      const chosen = choose(takes);
      if (chosen instanceof Promise) {
        chosen.then((method) => tell((last = method)), giveUp);
        return undefined;
      }
      last = chosen === false ? undefined : chosen;
      return chosen;
    },
  };
}
