/**
 * One try to log in, up to a client that is ready for commands. What happened is read from ssh2's own events: node-ssh
 * takes the first error for the end, also that of an agent's key when the next key would do, and then stops listening,
 * so that a later error would end the whole process.
 */
import type { Socket } from 'node:net';
import { NodeSSH } from 'node-ssh';
import type { AgentAuthMethod, AuthHandlerMiddleware, Client, KexAlgorithm, PublicKeyAuthMethod } from 'ssh2';
import { FunbricError } from '../model/errors.ts';
import type { Credentials } from './credentials.ts';
import { dial } from './dial.ts';
import type { HostKeyCheck } from './host-key.ts';
import type { LoginAttempt } from './login-gate.ts';
import { onAbort } from './on-abort.ts';
import { firstWords } from './first-words.ts';
import { signAtOnce } from './sign-at-once.ts';
import { closedSilently } from './sshd-limits.ts';
import { abortedAt, handshakeFailed, loginFailed, type IdleLimit, type Place } from './ssh-errors.ts';

export interface LoginRequest {
  readonly place: Place;
  readonly user: string;
  readonly hostKey: HostKeyCheck;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
  readonly idle: IdleLimit;
}

/** Without group exchange, which costs the event loop 1.4 s a connection. */
const keyExchanges: KexAlgorithm[] = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group14-sha256',
];

export async function login(request: LoginRequest): Promise<LoginAttempt<Client>> {
  const socket = await dial(request.place, request.signal);
  const tries = makeTries(request.credentials);
  const ssh = new NodeSSH();
  const connecting = ssh.connect({
    sock: socket,
    username: request.user,
    hostVerifier: (key: Buffer) => request.hostKey.verify(key),
    authHandler: tries.next,
    algorithms: { kex: keyExchanges, serverHostKey: request.hostKey.algorithms },
    keepaliveInterval: request.idle.keepaliveMs,
    keepaliveCountMax: request.idle.keepalives,
    // Our own limit covers TCP as well.
    readyTimeout: 0,
  });
  const client = ssh.connection;
  connecting.catch(() => undefined);
  if (client === null) {
    socket.destroy();
    await connecting;
    throw new FunbricError('bug', `${request.place.name}: node-ssh made no connection`);
  }
  signAtOnce(client);
  return outcomeOf(client, socket, tries, request);
}

async function outcomeOf(
  client: Client,
  socket: Socket,
  tries: Tries,
  request: LoginRequest,
): Promise<LoginAttempt<Client>> {
  const { place, hostKey, signal } = request;
  let stage: 'key exchange' | 'login' = 'key exchange';
  let problem: Error | undefined;
  const said = firstWords(socket);
  let exchangedAt = 0;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      stopListening();
      socket.destroy();
      reject(error);
    };
    const giveUp = (): void => fail(abortedAt(place, stage, signal.reason));
    const stopListening = onAbort(signal, giveUp);
    // Stays for as long as the client lives: an `error` that nobody hears would end the process.
    client.on('error', (error) => {
      if (error.level === 'agent') return;
      problem ??= error;
      // A host that keeps its half open would hold us up.
      socket.destroy();
    });
    client.once('handshake', () => {
      stage = 'login';
      exchangedAt = performance.now();
      try {
        hostKey.settle();
      } catch (error) {
        fail(error);
      }
    });
    client.once('ready', () => {
      stopListening();
      resolve({ kind: 'connected', value: client });
    });
    client.once('close', () => {
      if (hostKey.refusal !== undefined) fail(hostKey.refusal);
      else if (stage === 'login') {
        const { tried, skipped } = request.credentials;
        const methods = tries.methods();
        const elapsedMs = performance.now() - exchangedAt;
        fail(loginFailed(place, { user: request.user, tried, skipped, methods, said: saidOf(problem), elapsedMs }));
      } else if (problem === undefined || isDrop(problem)) {
        stopListening();
        resolve({ kind: 'dropped', reason: said() ?? problem?.message ?? 'the connection was closed' });
      } else fail(handshakeFailed(place, problem));
    });
    if (signal.aborted) giveUp();
  });
}

/** The socket's end, rather than something that the other side said. */
function isDrop(error: Error): boolean {
  return 'level' in error && (error.level === 'client-socket' || error.message.startsWith('Connection lost before'));
}

interface Tries {
  readonly next: AuthHandlerMiddleware;
  /** What the host takes, as it said when it refused something. */
  methods(): readonly string[];
}

function makeTries(credentials: Credentials): Tries {
  const rest: (PublicKeyAuthMethod | AgentAuthMethod)[] = [...credentials.methods];
  let methods: readonly string[] = [];
  return {
    methods: () => methods,
    next(left: readonly string[] | null) {
      methods = left ?? [];
      const isPointless = left !== null && !left.includes('publickey');
      // Not in ssh2's types: `false` ends the login.
      return isPointless ? false : (rest.shift() ?? false);
    },
  };
}

/** What the host said, where it isn't only ssh2 saying that nothing is left to try. */
function saidOf(problem: Error | undefined): string | undefined {
  if (problem === undefined) return closedSilently;
  return problem.message.startsWith('All configured authentication') ? undefined : problem.message;
}
