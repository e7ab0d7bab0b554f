/** A TCP proxy that is far away: what it takes it passes on after a delay, in both directions, and counts who waited for whom. */
import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';

export interface SlowProxy extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Of each connection so far: how often the client had heard from the server and answered, and one for TCP's own greeting. */
  roundTrips(): readonly number[];
}

export async function startSlowProxy(given: {
  readonly target: { readonly address: string; readonly port: number };
  readonly address: string;
  /** One way. */
  readonly delayMs: number;
}): Promise<SlowProxy> {
  const { target, address, delayMs } = given;
  const counts: { trips: number }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const link = connect({ host: target.address, port: target.port, noDelay: true });
    const count = { trips: 1 };
    counts.push(count);
    let last: 'client' | 'server' = 'server';
    passOn(client, link, delayMs, () => {
      if (last === 'server') count.trips++;
      last = 'client';
    });
    passOn(link, client, delayMs, () => (last = 'server'));
    for (const socket of [client, link]) sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  assert(bound !== null && typeof bound === 'object');
  return {
    address,
    port: bound.port,
    roundTrips: () => counts.map(({ trips }) => trips),
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await gone;
    },
  };
}

function passOn(from: Socket, to: Socket, delayMs: number, onChunk: () => void): void {
  from.on('error', () => undefined);
  from.on('data', (chunk: Buffer) => {
    onChunk();
    setTimeout(() => void (to.destroyed || to.write(chunk)), delayMs);
  });
  from.once('end', () => void setTimeout(() => to.end(), delayMs));
  from.once('close', () => void setTimeout(() => to.destroy(), delayMs));
}
