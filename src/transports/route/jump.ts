/**
 * Logins to jump hosts: one each, however many hosts are behind it, on which every host gets a channel that carries its
 * connection. A login is closed a moment after the last host has left, and at the latest with the transport.
 */
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { FunbricError } from '../../model/errors.ts';
import type { Hop, Host } from '../../model/host.ts';
import { hopText } from '../../model/jump.ts';
import type { Dialled } from '../connection/dial.ts';
import { abortedAt } from '../connection/errors.ts';
import type { SshLine } from '../connection/line.ts';
import { onAbort } from '../on-abort.ts';
import { placeText, unreachable, type Place } from '../place.ts';
import { printable } from '../printable.ts';
import type { ConnectOptions } from '../transport.ts';

export interface JumpLogin {
  readonly client: Client;
  readonly line: SshLine;
  readonly place: Place;
}

/** One host's share in the login to its jump host. */
export interface JumpLease {
  dial(to: Place, signal: AbortSignal): Promise<Dialled>;
  readonly release: () => void;
}

export interface Jumps extends AsyncDisposable {
  /** `path`: the hosts that wait for this one, the target first. Throws `unreachable`, naming the jump host. */
  take(hops: readonly Hop[], path: readonly string[], given: ConnectOptions): Promise<JumpLease>;
}

type Open = (jumpHost: Host, path: readonly string[], given: ConnectOptions) => Promise<JumpLogin>;

/** Hosts that come one after the other find the login still open. */
const lingerMs = 1000;

interface Jump {
  readonly login: Promise<JumpLogin>;
  /** Set once it is there. */
  opened?: JumpLogin;
  readonly abandon: AbortController;
  users: number;
  linger?: NodeJS.Timeout;
}

export function makeJumps(open: Open): Jumps {
  const jumps = new Map<string, Jump>();
  return {
    async take(hops, path, given) {
      const jumpHost = hostOf(hops);
      const key = JSON.stringify(jumpHost);
      if (path.includes(key)) throw inCircle(jumpHost);
      const jump = findJump(jumps, key, (signal) => open(jumpHost, [...path, key], { ...given, signal }));
      enter(jump);
      const release = onceOnly(() => leave(jumps, key, jump));
      try {
        const login = await unlessAborted(jump.login, given.signal);
        return { dial: async (to, signal) => dialThrough(login, to, signal), release };
      } catch (error) {
        release();
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...jumps].map(async ([key, jump]) => close(jumps, key, jump)));
    },
  };
}

/** The jump hosts before the last one lead to it; the first one goes the way that ssh_config says. */
function hostOf(hops: readonly Hop[]): Host {
  const last = hops.at(-1) ?? { name: '' };
  const before = hops.slice(0, -1);
  return { ...last, ...(before.length === 0 ? {} : { jump: before }), roles: [], groups: [], variables: {} };
}

function inCircle(jumpHost: Host): FunbricError {
  return new FunbricError('unreachable', `jump host ${hopText(jumpHost)} is reached through itself`, {
    hint: 'give it `ProxyJump none` in ssh_config, or "jump": "none" in hosts.json',
  });
}

function findJump(jumps: Map<string, Jump>, key: string, open: (signal: AbortSignal) => Promise<JumpLogin>): Jump {
  const known = jumps.get(key);
  if (known !== undefined) return known;
  const abandon = new AbortController();
  const jump: Jump = { login: open(abandon.signal), abandon, users: 0 };
  jumps.set(key, jump);
  // One that can't be reached stays: the hosts behind it would each wait for the same again.
  jump.login.then(
    (login) => {
      jump.opened = login;
      void login.line.closed.then(() => jumps.get(key) === jump && jumps.delete(key));
    },
    () => undefined,
  );
  return jump;
}

function enter(jump: Jump): void {
  jump.users++;
  clearTimeout(jump.linger);
}

function leave(jumps: Map<string, Jump>, key: string, jump: Jump): void {
  if (--jump.users === 0 && jump.opened !== undefined) {
    jump.linger = setTimeout(() => void close(jumps, key, jump), lingerMs);
  } else if (jump.users === 0) jump.abandon.abort(new Error('nobody waits for it any more'));
}

async function close(jumps: Map<string, Jump>, key: string, jump: Jump): Promise<void> {
  clearTimeout(jump.linger);
  if (jumps.get(key) === jump) jumps.delete(key);
  jump.abandon.abort(new Error('closed by us'));
  await jump.opened?.line.close();
}

function onceOnly(call: () => void): () => void {
  let isCalled = false;
  return () => {
    if (!isCalled) call();
    isCalled = true;
  };
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(stopListening);
  });
}

async function dialThrough({ client, line, place }: JumpLogin, to: Place, signal: AbortSignal): Promise<Dialled> {
  const endedBecause = (): string | undefined => {
    const reason = line.endedBecause();
    return reason === undefined ? undefined : `${placeText(place)} was lost: ${reason}`;
  };
  const stream = await new Promise<Duplex>((resolve, reject) => {
    const giveUp = (): void => reject(abortedAt(to, 'connecting', signal.reason));
    const stopListening = onAbort(signal, giveUp);
    const fail = (error: Error): void => {
      stopListening();
      const reason = endedBecause();
      reject(reason === undefined ? notForwarded(place, to, error) : unreachable(to, reason, jumpHint));
    };
    if (signal.aborted) giveUp();
    try {
      client.forwardOut('127.0.0.1', 0, to.address, to.port, (error, channel) => {
        stopListening();
        if (error !== undefined) setImmediate(() => fail(error));
        else if (signal.aborted) channel.destroy();
        else resolve(channel);
      });
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  // A channel stays half open after the host's end, which would go unnoticed.
  stream.once('end', () => stream.destroy());
  return { stream, endedBecause };
}

const jumpHint = 'all hosts behind it are lost with it: see its console, or its ClientAlive settings';

/** sshd's codes: 1 is forbidden, 2 is an error of connecting. */
function notForwarded(jump: Place, to: Place, error: Error): FunbricError {
  const why = printable(error.message.replace('(SSH) Channel open failure: ', ''));
  const isForbidden = 'reason' in error && error.reason === 1;
  return unreachable(
    to,
    `${placeText(jump)} ${isForbidden ? "doesn't forward to it" : "can't reach it"}: ${why}`,
    isForbidden
      ? 'see AllowTcpForwarding, PermitOpen and DisableForwarding in the sshd_config of the jump host'
      : 'the jump host looks the address up and connects: check both from there, and that sshd runs on the host',
    error,
  );
}
