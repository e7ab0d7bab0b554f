/**
 * The keys to log in with: identity files, then the agent's. Few, because sshd ends the connection at its sixth refusal
 * (MaxAuthTries), and an agent's other keys are nobody's business where IdentitiesOnly says so. An encrypted key is offered
 * by its public part; its passphrase is asked for only where the host would take it, and only where somebody can be asked.
 */
import ssh2, {
  type AgentAuthMethod,
  type BaseAgent,
  type ParsedKey,
  type PublicKeyAuthMethod,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { messageOf } from '../../model/errors.ts';
import type { HostSettings } from '../config/ssh-config.ts';
import { firstKey, readIdentity, type Identity } from './identities.ts';
import type { Secrets } from './secrets.ts';

export interface Credentials {
  readonly methods: readonly (PublicKeyAuthMethod | AgentAuthMethod)[];
  /** What they are, for the message when all are refused. */
  readonly tried: readonly string[];
  /** Keys that can't be used, and why. */
  readonly skipped: readonly string[];
}

/** Who waits while a person is asked. */
export interface Waiting {
  readonly signal: AbortSignal;
  /** The time of a person isn't the host's. */
  readonly during: <T>(answer: Promise<T>) => Promise<T>;
  /** A person is being asked. */
  readonly isAsking: () => boolean;
}

/** Reads each key file and asks each agent once a run. */
export interface Keyring {
  credentialsOf(settings: HostSettings, waiting: Waiting): Promise<Credentials>;
  /** What holds the keys that may be forwarded. */
  agentAt(socket: string): BaseAgent;
}

const maxTries = 6;

/** An agent answers in ms; one that hangs must not hold up hosts that have a key file. */
const agentMs = 5000;

export function makeKeyring(secrets: Secrets): Keyring {
  const files = new Map<string, Identity>();
  const agents = new Map<string, Promise<AgentKeys>>();
  return {
    agentAt: (socket) => ssh2.createAgent(socket),
    async credentialsOf(settings, waiting) {
      const identities = settings.identityFiles.map((path) => {
        const identity = files.get(path) ?? readIdentity(path);
        files.set(path, identity);
        return identity;
      });
      const isAsked = secrets.ask !== undefined && !settings.auth.isBatch;
      const unlock = isAsked ? unlocker(secrets, settings, waiting) : undefined;
      const socket = settings.agentSocket;
      if (socket === undefined) return chooseKeys({ settings, identities, held: { keys: [] }, unlock });
      const asked = agents.get(socket) ?? askAgent(socket);
      agents.set(socket, asked);
      return chooseKeys({ settings, identities, held: await asked, unlock });
    },
  };
}

type Unlock = (path: string) => Promise<ParsedKey>;

function unlocker(secrets: Secrets, { auth }: HostSettings, { signal, during }: Waiting): Unlock {
  return async (path) => during(secrets.unlock(path, auth.prompts, signal));
}

interface AgentKeys {
  readonly agent?: BaseAgent;
  readonly keys: readonly ParsedKey[];
  readonly problem?: string;
}

async function askAgent(socket: string): Promise<AgentKeys> {
  const agent = ssh2.createAgent(socket);
  return new Promise((resolve) => {
    const fail = (problem: string): void => resolve({ keys: [], problem: `the agent at ${socket} ${problem}` });
    const timer = setTimeout(() => fail(`doesn't answer within ${agentMs / 1000} s`), agentMs);
    agent.getIdentities((error, identities) => {
      clearTimeout(timer);
      if (error !== undefined && error !== null) fail(`can't be asked (${error.message})`);
      else resolve({ agent, keys: (identities ?? []).flatMap(parsedKey) });
    });
  });
}

/** Certificates and hardware keys are left out: ssh2 can't sign with them. */
function parsedKey(identity: unknown): readonly ParsedKey[] {
  if (typeof identity === 'object' && identity !== null && 'pubKey' in identity) return parsedKey(identity.pubKey);
  const isKey = typeof identity === 'string' || Buffer.isBuffer(identity) || isParsedKey(identity);
  if (!isKey) return [];
  const key = firstKey(ssh2.utils.parseKey(identity));
  return key instanceof Error ? [] : [key];
}

function isParsedKey(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'getPublicSSH' in value;
}

function chooseKeys({
  settings,
  identities,
  held,
  unlock,
}: {
  readonly settings: HostSettings;
  readonly identities: readonly Identity[];
  readonly held: AgentKeys;
  /** Undefined where nobody can be asked for a passphrase. */
  readonly unlock: Unlock | undefined;
}): Credentials {
  const username = settings.user;
  const isOf = (identity: Identity, key: ParsedKey): boolean =>
    identity.publicKey?.getPublicSSH().equals(key.getPublicSSH()) === true;
  const isHeld = (identity: Identity): boolean => held.keys.some((key) => isOf(identity, key));
  // What the agent holds needs no passphrase.
  const isUnlockable = (identity: Identity): boolean =>
    unlock !== undefined && identity.isEncrypted === true && !isHeld(identity);
  const own = identities
    .filter((identity) => identity.privateKey !== undefined || isUnlockable(identity))
    .slice(0, maxTries);
  const named = held.keys.filter(
    (key) => identities.some((one) => isOf(one, key)) && !own.some((one) => isOf(one, key)),
  );
  const others = settings.isIdentitiesOnly
    ? []
    : held.keys.filter((key) => !identities.some((identity) => isOf(identity, key)));
  const fromAgent = [...named, ...others].slice(0, maxTries - own.length);
  const methods: (PublicKeyAuthMethod | AgentAuthMethod)[] = [];
  const tried = [...own.map(({ path }) => path), ...fromAgent.map((key) => `agent key ${key.comment || key.type}`)];
  const skipped: string[] = [];
  const stayedLocked = (path: string, problem: string): void => {
    tried.splice(tried.indexOf(path), 1);
    skipped.push(problem);
  };
  for (const identity of own) {
    if (identity.privateKey !== undefined) methods.push({ type: 'publickey', username, key: identity.privateKey });
    else if (unlock !== undefined)
      methods.push({ type: 'agent', username, agent: new LockedKey(identity, unlock, stayedLocked) });
  }
  if (held.agent !== undefined && fromAgent.length > 0) {
    methods.push({ type: 'agent', username, agent: new SomeKeys(held.agent, fromAgent) });
  }
  const isUsed = (identity: Identity): boolean =>
    own.includes(identity) || fromAgent.some((key) => isOf(identity, key));
  const unused = identities.filter((identity) => !isUsed(identity)).map(({ problem }) => problem);
  for (const problem of [...unused, held.problem, tooMany(own.length + named.length + others.length)]) {
    if (problem !== undefined) skipped.push(problem);
  }
  return { methods, tried, skipped };
}

function tooMany(keys: number): string | undefined {
  return keys <= maxTries
    ? undefined
    : `${keys - maxTries} more keys, as sshd takes ${maxTries} tries: choose one with -i`;
}

/** An agent that shows some of its keys only. */
class SomeKeys extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;
  readonly #keys: readonly ParsedKey[];

  constructor(agent: BaseAgent, keys: readonly ParsedKey[]) {
    super();
    this.#agent = agent;
    this.#keys = keys;
  }

  override getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    done(undefined, [...this.#keys]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done: SignCallback = () => undefined,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, done);
  }
}

/** A key in a file that is decrypted when the host has said that it would take it. */
class LockedKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #identity: Identity;
  readonly #unlock: Unlock;

  /** `stayedLocked` is told of the file, and why. */
  constructor(identity: Identity, unlock: Unlock, stayedLocked: (path: string, problem: string) => void) {
    super();
    this.#identity = identity;
    this.#unlock = async (path) => {
      try {
        return await unlock(path);
      } catch (error) {
        stayedLocked(path, messageOf(error));
        throw error;
      }
    };
  }

  override getIdentities(answer: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    const { publicKey, path } = this.#identity;
    if (publicKey !== undefined) answer(undefined, [publicKey]);
    else
      this.#unlock(path).then(
        (key) => answer(undefined, [key]),
        (error: unknown) => answer(asError(error)),
      );
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done: SignCallback = () => undefined,
  ): void {
    const [hash, answer] = typeof options === 'function' ? [undefined, options] : [options.hash, done];
    this.#unlock(this.#identity.path).then(
      (key) => answer(undefined, key.sign(data, hash)),
      (error: unknown) => answer(asError(error)),
    );
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
