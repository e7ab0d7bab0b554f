/**
 * The keys to log in with: identity files that aren't encrypted, then the agent's. Few, because sshd ends the connection
 * at its sixth refusal (MaxAuthTries), and an agent's other keys are nobody's business where IdentitiesOnly says so.
 */
import { readFileSync } from 'node:fs';
import ssh2, {
  type AgentAuthMethod,
  type BaseAgent,
  type ParsedKey,
  type PublicKeyAuthMethod,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { messageOf } from '../model/errors.ts';
import type { HostSettings } from './ssh-config.ts';

export interface Credentials {
  readonly methods: readonly (PublicKeyAuthMethod | AgentAuthMethod)[];
  /** What they are, for the message when all are refused. */
  readonly tried: readonly string[];
  /** Keys that can't be used, and why. */
  readonly skipped: readonly string[];
}

/** Reads each key file and asks each agent once a run. */
export interface Keyring {
  credentialsOf(settings: HostSettings): Promise<Credentials>;
}

const maxTries = 6;

/** An agent answers in ms; one that hangs must not hold up hosts that have a key file. */
const agentMs = 5000;

export function makeKeyring(): Keyring {
  const files = new Map<string, Identity>();
  const agents = new Map<string, Promise<AgentKeys>>();
  return {
    async credentialsOf(settings) {
      const identities = settings.identityFiles.map((path) => {
        const identity = files.get(path) ?? readIdentity(path);
        files.set(path, identity);
        return identity;
      });
      const socket = settings.agentSocket;
      if (socket === undefined) return chooseKeys(settings, identities, { keys: [] });
      const asked = agents.get(socket) ?? askAgent(socket);
      agents.set(socket, asked);
      return chooseKeys(settings, identities, await asked);
    },
  };
}

interface Identity {
  readonly path: string;
  /** Can log in by itself. */
  readonly privateKey?: ParsedKey;
  /** Known also of an encrypted key, from the file beside it. */
  readonly publicKey?: Buffer;
  readonly problem?: string;
}

function readIdentity(path: string): Identity {
  try {
    const key = firstKey(ssh2.utils.parseKey(readFileSync(path)));
    if (!(key instanceof Error)) {
      const publicKey = key.getPublicSSH();
      return key.isPrivateKey() ? { path, privateKey: key, publicKey } : { path, publicKey };
    }
    const isEncrypted = /encrypted|passphrase/i.test(key.message);
    const problem = isEncrypted
      ? `${path} is encrypted, load it into an agent with ssh-add`
      : `${path} can't be read as a key (${key.message})`;
    return { path, problem, ...publicPart(path) };
  } catch (error) {
    return { path, problem: `${path} can't be read (${messageOf(error)})` };
  }
}

function publicPart(path: string): { readonly publicKey?: Buffer } {
  try {
    const key = firstKey(ssh2.utils.parseKey(readFileSync(`${path}.pub`)));
    return key instanceof Error ? {} : { publicKey: key.getPublicSSH() };
  } catch {
    return {};
  }
}

/** ssh2 gives a list for some formats, whatever its types say. */
function firstKey(parsed: ParsedKey | Error | readonly ParsedKey[]): ParsedKey | Error {
  if (parsed instanceof Error || !isList(parsed)) return parsed;
  return parsed[0] ?? new Error('no key in it');
}

function isList(parsed: ParsedKey | readonly ParsedKey[]): parsed is readonly ParsedKey[] {
  return Array.isArray(parsed);
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

function chooseKeys(settings: HostSettings, identities: readonly Identity[], held: AgentKeys): Credentials {
  const username = settings.user;
  const isIdentity = (key: ParsedKey): boolean =>
    identities.some((identity) => identity.publicKey?.equals(key.getPublicSSH()) === true);
  const own = identities.filter((identity) => identity.privateKey !== undefined).slice(0, maxTries);
  const isTried = (key: ParsedKey): boolean =>
    own.some((identity) => identity.publicKey?.equals(key.getPublicSSH()) === true);
  const named = held.keys.filter((key) => isIdentity(key) && !isTried(key));
  const others = settings.isIdentitiesOnly ? [] : held.keys.filter((key) => !isIdentity(key));
  const fromAgent = [...named, ...others].slice(0, maxTries - own.length);
  const methods: (PublicKeyAuthMethod | AgentAuthMethod)[] = own.flatMap(({ privateKey }) =>
    privateKey === undefined ? [] : [{ type: 'publickey', username, key: privateKey }],
  );
  if (held.agent !== undefined && fromAgent.length > 0) {
    methods.push({ type: 'agent', username, agent: new SomeKeys(held.agent, fromAgent) });
  }
  const isHeld = (identity: Identity): boolean =>
    fromAgent.some((key) => identity.publicKey?.equals(key.getPublicSSH()) === true);
  return {
    methods,
    tried: [...own.map(({ path }) => path), ...fromAgent.map((key) => `agent key ${key.comment || key.type}`)],
    skipped: [
      ...identities.filter((identity) => !isHeld(identity)).map(({ problem }) => problem),
      held.problem,
      tooMany(own.length + named.length + others.length),
    ].filter((problem) => problem !== undefined),
  };
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
