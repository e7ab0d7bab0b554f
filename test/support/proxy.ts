/** A TCP proxy before a host, to take the network away in the ways that networks go: silently, by a reset, by an end. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Proxy extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** Connections that came in so far. */
  readonly links: number;
  /** From now on nothing is passed on, and nobody is told; new connections are taken and left alone. */
  freeze(): void;
  /** Resets every connection, as a firewall that forgot it does. */
  reset(): void;
  /** Ends every connection in good order, as a host that shuts down does. */
  end(): void;
}

/** `after`: it freezes by itself once so many bytes came from the host. */
export async function startProxy(
  target: { readonly address: string; readonly port: number },
  { address = '127.0.0.1', freezeAfter = Infinity }: { readonly address?: string; readonly freezeAfter?: number } = {},
): Promise<Proxy> {
  const sockets: Socket[] = [];
  let links = 0;
  let isFrozen = false;
  let bytes = 0;
  const freeze = (): void => {
    isFrozen = true;
    for (const socket of sockets) socket.pause();
  };
  const server = createServer((socket) => {
    links++;
    socket.on('error', () => undefined);
    sockets.push(socket);
    if (isFrozen) return;
    const link = connect(target.port, target.address);
    sockets.push(link);
    link.on('error', () => undefined);
    socket.on('data', (chunk) => void (isFrozen || link.write(chunk)));
    link.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > freezeAfter) freeze();
      if (!isFrozen) socket.write(chunk);
    });
    socket.once('close', () => void (isFrozen || link.destroy()));
    link.once('close', () => void (isFrozen || socket.end()));
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    address,
    port: (server.address() as AddressInfo).port,
    get links() {
      return links;
    },
    freeze,
    reset: () => sockets.forEach((socket) => void socket.resetAndDestroy()),
    end: () => sockets.forEach((socket) => void socket.end()),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
