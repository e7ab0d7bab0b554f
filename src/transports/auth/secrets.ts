/**
 * Passphrases and passwords: given beforehand, or asked of a person, one question at a time however many hosts wait. They
 * stay in memory, and go nowhere but into a key's decryption or a login.
 */
import ssh2, { type ParsedKey } from 'ssh2';
import { readBounded } from '../read-bounded.ts';
import { makeSlots } from '../slots.ts';

export interface Question {
  readonly text: string;
  /** What is typed may be seen. */
  readonly isEchoed: boolean;
}

/** Rejects with the signal's reason, or where the person gives up. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<string>;

export interface GivenSecrets {
  /** Undefined where there is nobody to ask: without a terminal. */
  readonly ask?: Ask | undefined;
  /** The login password of all hosts. */
  readonly password?: string | undefined;
}

export interface Secrets {
  readonly password: string | undefined;
  readonly ask: Ask | undefined;
  /** Asked for once a file, in up to `tries` questions. Rejects with what is wrong, also for who asks later. */
  unlock(path: string, tries: number, signal: AbortSignal): Promise<ParsedKey>;
}

export function makeSecrets({ ask, password }: GivenSecrets): Secrets {
  const turn = makeSlots(1);
  const unlocked = new Map<string, Promise<ParsedKey>>();
  const askInTurn: Ask = async (question, signal) => {
    const release = await turn.take(signal);
    try {
      signal.throwIfAborted();
      return ask === undefined ? '' : await ask(question, signal);
    } finally {
      release();
    }
  };
  return {
    password,
    ask: ask === undefined ? undefined : askInTurn,
    async unlock(path, tries, signal) {
      const known = unlocked.get(path);
      if (known !== undefined) return known;
      const key = unlockBy(askInTurn, { path, tries, signal });
      unlocked.set(path, key);
      // A host that was given up takes nothing from the others.
      key.catch(() => signal.aborted && unlocked.delete(path));
      return key;
    },
  };
}

async function unlockBy(
  ask: Ask,
  { path, tries, signal }: { readonly path: string; readonly tries: number; readonly signal: AbortSignal },
): Promise<ParsedKey> {
  const encrypted = readBounded(path);
  const text = `Enter passphrase for key '${path}': `;
  let asked = 0;
  while (asked < tries) {
    const passphrase = await ask({ text, isEchoed: false }, signal);
    asked++;
    // As with ssh, an empty answer is no try but a no.
    if (passphrase === '') throw new Error(`${path} is encrypted, and no passphrase was typed`);
    const key: ParsedKey | Error | readonly ParsedKey[] = ssh2.utils.parseKey(encrypted, passphrase);
    const first = key instanceof Error || !Array.isArray(key) ? key : key[0];
    if (first !== undefined && !(first instanceof Error)) return first;
  }
  throw new Error(`${path} stays encrypted: ${asked} wrong ${asked === 1 ? 'passphrase' : 'passphrases'}`);
}
