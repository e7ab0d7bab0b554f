/** A TCP proxy before a host, to take the network away in the ways that networks go: silently, by a reset, by an end. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** From now on nothing is passed on, and nobody is told; new connections are taken and left alone. */
  freeze(): void;
  /** Resets every connection, as a firewall that forgot it does. */
  reset(): void;
  /** Ends every connection in good order, as a host that shuts down does. */
  end(): void;
}

export async function startProxy(target: { readonly address: string; readonly port: number }): Promise<Proxy> {
  const address = '127.0.0.1';
  const sockets: Socket[] = [];
  let isFrozen = false;
  const freeze = (): void => {
    isFrozen = true;
    for (const socket of sockets) socket.pause();
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
    if (isFrozen) return;
    const link = connect(target.port, target.address);
    sockets.push(link);
    link.on('error', () => undefined);
    socket.on('data', (chunk) => void (isFrozen || link.write(chunk)));
    link.on('data', (chunk) => {
      if (!isFrozen) socket.write(chunk);
    });
    socket.once('close', () => void (isFrozen || link.destroy()));
    link.once('close', () => void (isFrozen || socket.end()));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    address,
    port: (server.address() as AddressInfo).port,
    freeze,
    reset: () => sockets.forEach((socket) => void socket.resetAndDestroy()),
    end: () => sockets.forEach((socket) => void socket.end()),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
