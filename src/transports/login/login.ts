/**
 * One try to log in, up to a client that is ready for commands. What happened is read from ssh2's own events: node-ssh
 * takes the first error for the end, also that of an agent's key when the next key would do, and then stops listening,
 * so that a later error would end the whole process.
 */
import { NodeSSH } from 'node-ssh';
import type { BaseAgent, Client, KexAlgorithm } from 'ssh2';
import { FunbricError } from '../../model/errors.ts';
import { makeTries, type Tries, type TriesGiven } from '../auth/order.ts';
import type { Dialled } from '../connection/dial.ts';
import { abortedAt, routeHint, type IdleLimit } from '../connection/errors.ts';
import type { HostKeyCheck } from '../host-keys/host-key.ts';
import { onAbort } from '../on-abort.ts';
import { unreachable } from '../place.ts';
import { closedSilently } from '../sshd-limits.ts';
import { judgeDrop } from './drop.ts';
import { endedWhileAsked, handshakeFailed, loginFailed } from './errors.ts';
import { firstWords } from './first-words.ts';
import type { LoginAttempt } from './gate.ts';
import { ignoreOtherHostKeys } from './other-host-keys.ts';
import { signAtOnce } from './sign-at-once.ts';

export interface LoginRequest extends Omit<TriesGiven, 'giveUp'> {
  readonly dialled: Dialled;
  readonly hostKey: HostKeyCheck;
  readonly signal: AbortSignal;
  readonly idle: IdleLimit;
  /** Its keys may be used by what runs on the host. */
  readonly forwardedAgent?: BaseAgent | undefined;
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

interface Ending {
  readonly login: AbortController;
  giveUp?: (error: unknown) => void;
}

export async function login(request: LoginRequest): Promise<LoginAttempt<Client>> {
  const { stream } = request.dialled;
  const ending: Ending = { login: new AbortController() };
  // Nobody shall type a password for a login that has ended meanwhile.
  const signal = AbortSignal.any([request.waiting.signal, ending.login.signal]);
  const waiting = { ...request.waiting, signal };
  const tries = makeTries({ ...request, waiting, giveUp: (error) => ending.giveUp?.(error) });
  const ssh = new NodeSSH();
  const connecting = ssh.connect({
    sock: stream,
    username: request.settings.user,
    hostVerifier: (key: Buffer) => request.hostKey.verify(key),
    authHandler: tries.next,
    ...(request.forwardedAgent === undefined ? {} : { agent: request.forwardedAgent }),
    algorithms: { kex: keyExchanges, serverHostKey: request.hostKey.algorithms },
    keepaliveInterval: request.idle.keepaliveMs,
    keepaliveCountMax: request.idle.keepalives,
    // Our own limit covers TCP as well.
    readyTimeout: 0,
  });
  const client = ssh.connection;
  connecting.catch(() => undefined);
  if (client === null) {
    stream.destroy();
    await connecting;
    throw new FunbricError('bug', `${request.place.name}: node-ssh made no connection`);
  }
  // node-ssh would make an error, with its stack, of each connection that ends. Nobody waits for its promise.
  client.removeAllListeners('close');
  signAtOnce(client);
  ignoreOtherHostKeys(client);
  return outcomeOf(client, tries, request, ending);
}

async function outcomeOf(
  client: Client,
  tries: Tries,
  request: LoginRequest,
  ending: Ending,
): Promise<LoginAttempt<Client>> {
  const { place, hostKey, signal, dialled } = request;
  const { stream } = dialled;
  let stage: 'key exchange' | 'login' = 'key exchange';
  let problem: Error | undefined;
  const said = firstWords(stream);
  let exchangedAt = 0;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      stopListening();
      stream.destroy();
      reject(error);
      ending.login.abort(error);
    };
    ending.giveUp = fail;
    const giveUp = (): void => fail(abortedAt(place, stage, signal.reason));
    const stopListening = onAbort(signal, giveUp);
    // Stays for as long as the client lives: an `error` that nobody hears would end the process.
    client.on('error', (error) => {
      if (error.level === 'agent') return;
      problem ??= error;
      // A host that keeps its half open would hold us up.
      stream.destroy();
    });
    client.once('change password', () => fail(passwordExpired(request)));
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
      const onTheWay = dialled.endedBecause();
      if (hostKey.refusal !== undefined) fail(hostKey.refusal);
      else if (onTheWay !== undefined) fail(unreachable(place, onTheWay, routeHint));
      else if (stage === 'login') {
        const { user } = request.settings;
        const said = saidOf(problem);
        const [tried, skipped, methods] = [tries.tried(), tries.skipped(), tries.methods()];
        const elapsedMs = performance.now() - exchangedAt;
        if (request.waiting.isAsking()) fail(endedWhileAsked(place, user, elapsedMs));
        else fail(loginFailed(place, { user, tried, skipped, methods, said, elapsedMs }));
      } else if (problem === undefined || isDrop(problem)) {
        const drop = judgeDrop(request, said(), problem?.message ?? 'the connection was closed');
        if (drop instanceof FunbricError) fail(drop);
        else {
          stopListening();
          resolve(drop);
        }
      } else fail(handshakeFailed(place, problem));
    });
    if (signal.aborted) giveUp();
  });
}

function passwordExpired({ place, settings }: LoginRequest): FunbricError {
  const hint = 'log in there once with ssh and change it';
  return unreachable(place, `the password of ${settings.user} has expired: it asks for a new one`, hint);
}

/** The socket's end, rather than something that the other side said. */
function isDrop(error: Error): boolean {
  return 'level' in error && (error.level === 'client-socket' || error.message.startsWith('Connection lost before'));
}

/** What the host said, where it isn't only ssh2 saying that nothing is left to try. */
function saidOf(problem: Error | undefined): string | undefined {
  if (problem === undefined) return closedSilently;
  return problem.message.startsWith('All configured authentication') ? undefined : problem.message;
}
