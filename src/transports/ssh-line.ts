/** One SSH login to a host: starts commands on channels of its own, and says when and why it ended. */
import type { Client, ClientChannel } from 'ssh2';
import { FunbricError, messageOf } from '../model/errors.ts';
import { onAbort } from './on-abort.ts';
import { endReason, placeText, printable, type IdleLimit, type Place } from './ssh-errors.ts';
import { processOf, type Ending } from './ssh-process.ts';
import { adviceOnChannel } from './sshd-limits.ts';
import type { RemoteProcess } from './transport.ts';

export interface Line {
  /** `full`: the host took commands on this line before, or is taking one, and takes no further now. */
  start(command: string, signal: AbortSignal | undefined): Promise<RemoteProcess | 'full'>;
  /** Resolves with the reason when it ends, whoever ended it. */
  readonly closed: Promise<string>;
  close(): Promise<void>;
}

/** For the host's answer to our goodbye. */
const goodbyeMs = 1000;

export function lineOf(client: Client, place: Place, idle: IdleLimit): Line {
  const { ending, endedBecause } = watchEnd(client, idle);
  const closed = new Promise<string>((resolve) => ending.listen(resolve));
  let isUsed = false;
  return {
    closed,
    async start(command, signal) {
      const isFirst = !isUsed;
      isUsed = true;
      return startProcess(client, { command, place, ending, signal, isFirst });
    },
    async close() {
      endedBecause('closed by us');
      client.end();
      const timer = setTimeout(() => client.destroy(), goodbyeMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function watchEnd(
  client: Client,
  idle: IdleLimit,
): { readonly ending: Ending; readonly endedBecause: (reason: string) => void } {
  let because: string | undefined;
  let ended: string | undefined;
  const listeners = new Set<(reason: string) => void>();
  const endedBecause = (reason: string): void => {
    because ??= reason;
  };
  client.on('error', (error) => endedBecause(endReason(error, idle)));
  client.once('close', () => {
    ended = because ?? 'the host closed the connection';
    for (const listener of listeners) listener(ended);
    listeners.clear();
  });
  const listen: Ending['listen'] = (listener) => {
    if (ended === undefined) listeners.add(listener);
    else listener(ended);
    return () => void listeners.delete(listener);
  };
  return { ending: { listen }, endedBecause };
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
    try {
      client.exec(given.command, (error, channel) => {
        if (isOver) discard(channel);
        else if (error === undefined) {
          settle();
          resolve(processOf(channel, { client, ending, signal }));
        } else if (isRefusedChannel(error) && !given.isFirst) {
          settle();
          resolve('full');
        } else {
          // A connection that breaks refuses, too, a moment before it says so itself.
          setImmediate(() => isOver || fail(lost(error.message, adviceOnChannel)));
        }
      });
    } catch (error) {
      onEnd(messageOf(error));
    }
  });
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
