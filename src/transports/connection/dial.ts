/** A TCP connection to a host, without Nagle's delay, so that small packets of a handshake aren't held back. */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onAbort } from '../on-abort.ts';
import type { Place } from '../place.ts';
import { abortedAt, socketFailed } from './errors.ts';

/** The bytes to and from a host. */
export interface Dialled {
  readonly stream: Duplex;
  /** Once they have ended: why, where something on the way ended them rather than the host. */
  readonly endedBecause: () => string | undefined;
  /** Where that end was no failure by its own account, but came before the host had said a word. */
  readonly endedEarly?: () => string | undefined;
}

export async function dial(place: Place, signal: AbortSignal): Promise<Dialled> {
  const socket = await openSocket(place, signal);
  return { stream: socket, endedBecause: () => undefined };
}

async function openSocket(place: Place, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortedAt(place, 'connecting', signal.reason));
      return;
    }
    const socket = connect({ host: place.address, port: place.port, noDelay: true });
    const settle = (): void => {
      stopListening();
      socket.removeListener('connect', onConnect);
    };
    const onConnect = (): void => {
      settle();
      socket.removeListener('error', onError);
      resolve(socket);
    };
    const onError = (error: Error): void => {
      settle();
      reject(socketFailed(place, error));
    };
    const stopListening = onAbort(signal, () => {
      settle();
      socket.destroy();
      reject(abortedAt(place, 'connecting', signal.reason));
    });
    socket.once('connect', onConnect);
    socket.once('error', onError);
  });
}
