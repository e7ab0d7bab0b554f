/** One SSH login to a host: starts commands on channels of its own, and says when and why it ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel, ExecOptions } from 'ssh2';
import { FunbricError, messageOf } from '../../model/errors.ts';
import { onAbort } from '../on-abort.ts';
import { placeText, type Place } from '../place.ts';
import { printable } from '../printable.ts';
import { adviceOnChannel } from '../sshd-limits.ts';
import type { RemoteProcess } from '../transport.ts';
import type { Dialled } from './dial.ts';
import { endReason, type IdleLimit } from './errors.ts';
import { processOf, type Ending } from './process.ts';

export interface Line {
  /** `full`: the host took commands on this line before, or is taking one, and takes no further now. */
  start(command: string, signal: AbortSignal | undefined): Promise<RemoteProcess | 'full'>;
  /** Resolves with the reason when it ends, whoever ended it. */
  readonly closed: Promise<string>;
  close(): Promise<void>;
}

/** For the host's answer to our goodbye. */
const goodbyeMs = 1000;

/** A line that can carry others. */
export interface SshLine extends Line {
  /** The reason, once it has ended. */
  endedBecause(): string | undefined;
}

export interface LineGiven {
  readonly place: Place;
  readonly idle: IdleLimit;
  readonly dialled: Dialled;
  /** The client has an agent for it. */
  readonly isAgentForwarded: boolean;
}

export function lineOf(client: Client, given: LineGiven): SshLine {
  const { place, idle, dialled } = given;
  const { ending, end } = watchEnd(client, idle, dialled);
  const closed = new Promise<string>((resolve) => ending.listen(resolve));
  let isUsed = false;
  return {
    closed,
    endedBecause: ending.because,
    async start(command, signal) {
      const isFirst = !isUsed;
      isUsed = true;
      const { isAgentForwarded } = given;
      return startProcess(client, { command, place, ending, signal, isFirst, isAgentForwarded });
    },
    async close() {
      const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
      // At once: what the host still says of a command on the way out isn't how that ended.
      const isGone = end('closed by us');
      if (isGone) return;
      client.end();
      // ssh2's own destroy does nothing once it has said goodbye. What carries the stream may hang, too.
      const destroying = setTimeout(() => dialled.stream.destroy(), goodbyeMs);
      await Promise.race([gone, sleep(2 * goodbyeMs, undefined, { ref: false })]);
      clearTimeout(destroying);
    },
  };
}

/** `end` gives the reason where nothing else ended it before, and says whether something had. */
function watchEnd(
  client: Client,
  idle: IdleLimit,
  dialled: Dialled,
): {
  readonly ending: Ending & { readonly because: () => string | undefined };
  readonly end: (reason: string) => boolean;
} {
  let because: string | undefined;
  let ended: string | undefined;
  const listeners = new Set<(reason: string) => void>();
  const end = (reason: string): boolean => {
    if (ended !== undefined) return true;
    ended = dialled.endedBecause() ?? because ?? reason;
    for (const listener of listeners) listener(ended);
    listeners.clear();
    return false;
  };
  client.on('error', (error) => (because ??= endReason(error, idle)));
  client.once('close', () => end('the host closed the connection'));
  const listen: Ending['listen'] = (listener) => {
    if (ended === undefined) listeners.add(listener);
    else listener(ended);
    return () => void listeners.delete(listener);
  };
  return { ending: { listen, because: () => ended }, end };
}

/**
 * What a short command says and how it ended may come in one packet with the answer to its start: so who listens to the
 * channel is there before this call returns, not a turn later.
 */
async function startProcess(
  client: Client,
  given: {
    readonly command: string;
    readonly place: Place;
    readonly ending: Ending;
    readonly signal: AbortSignal | undefined;
    readonly isFirst: boolean;
    readonly isAgentForwarded: boolean;
  },
): Promise<RemoteProcess | 'full'> {
  const { place, signal, ending } = given;
  const lost = (why: string, hint: string): FunbricError =>
    new FunbricError('lost', `${placeText(place)}: no command can be started: ${printable(why)}`, { hint });
  return new Promise((resolve, reject) => {
    let isOver = false;
    const settle = (): void => {
      isOver = true;
      unlisten();
      stopListening();
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error);
    };
    const stopListening = onAbort(signal, () => fail(signal?.reason));
    const onEnd = (reason: string): void => {
      fail(lost(`the connection is gone (${reason})`, 'it may have rebooted or lost its network: see its console'));
    };
    const unlisten = given.ending.listen((reason) => queueMicrotask(() => onEnd(reason)));
    const begin = (isAgentForwarded: boolean): void => {
      // Not in ssh2's types.
      const options: ExecOptions & { readonly agentForward: boolean } = { agentForward: isAgentForwarded };
      client.exec(given.command, options, (error, channel) => {
        if (isOver) discard(channel);
        else if (error === undefined) {
          settle();
          resolve(processOf(channel, { client, ending, signal }));
        } else if (isAgentForwarded && isRefusedAgent(error)) begin(false);
        else if (isRefusedChannel(error) && !given.isFirst) {
          settle();
          resolve('full');
        } else {
          // A connection that breaks refuses, too, a moment before it says so itself.
          setImmediate(() => isOver || fail(lost(error.message, adviceOnChannel)));
        }
      });
    };
    try {
      begin(given.isAgentForwarded);
    } catch (error) {
      onEnd(messageOf(error));
    }
  });
}

/** By a host that takes no agent: as with ssh, the command runs without. */
function isRefusedAgent(error: Error): boolean {
  return error.message === 'Unable to request agent forwarding';
}

/** Of ssh2's errors here only that of a channel that the host didn't open has the host's reason. */
function isRefusedChannel(error: Error): boolean {
  return 'reason' in error;
}

/** A channel that came too late. */
function discard(channel: ClientChannel | undefined): void {
  channel?.on('error', () => undefined);
  channel?.close();
}
