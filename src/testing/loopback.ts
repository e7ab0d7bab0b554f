/**
 * SSH hosts inside this process, for machines without an sshd: real SSH on loopback ports and real shells, each host
 * with a home folder of its own. Only the key that is made for it may log in; nothing is forwarded and there is no pty.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type Server } from 'ssh2';
import { serveSession, type Children } from './loopback-session.ts';

export interface LoopbackHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly home: string;
}

export interface LoopbackFleet extends AsyncDisposable {
  readonly hosts: readonly LoopbackHost[];
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Ends all connections and all that runs in them. */
  close(): Promise<void>;
}

export interface LoopbackOptions {
  readonly count: number;
  /** Where keys and homes are made; theirs alone. */
  readonly folder: string;
  /** Each login that is tried: `publickey`, `password`, ... */
  readonly onLogin?: (host: string, method: string) => void;
}

const address = '127.0.0.1';

export async function startLoopbackFleet({ count, folder, onLogin }: LoopbackOptions): Promise<LoopbackFleet> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hostKey = makeKey();
  const clientKey = makeKey();
  const identityFile = join(folder, 'id_ed25519');
  const knownHostsFile = join(folder, 'known_hosts');
  await writeFile(identityFile, clientKey.text, { mode: 0o600 });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => void (await Promise.all(closers.map(async (closer) => closer())));
  const hosts: LoopbackHost[] = [];
  try {
    for (let number = 1; number <= count; number++) {
      const name = `demo${number}`;
      const home = join(folder, name);
      await mkdir(home, { recursive: true, mode: 0o700 });
      const user = userInfo().username;
      const daemon = startDaemon({
        hostKey: hostKey.text,
        clientKey: clientKey.key,
        user,
        home,
        onTry: (method) => onLogin?.(name, method),
      });
      closers.push(daemon.close);
      hosts.push({ name, address, port: await listen(daemon.listener), user, home });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const blob = hostKey.key.getPublicSSH().toString('base64');
  const lines = hosts.map(({ port }) => `[${address}]:${port} ${hostKey.key.type} ${blob}\n`);
  await writeFile(knownHostsFile, lines.join(''), { mode: 0o600 });
  return { hosts, identityFile, knownHostsFile, close, [Symbol.asyncDispose]: close };
}

/** About one in 200 ed25519 keys that ssh2 makes lacks a byte, as it strips zeros at the start: those are made again. */
function makeKey(): { readonly text: string; readonly key: ParsedKey } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    const key = ssh2.utils.parseKey(pair.private);
    const open = ssh2.utils.parseKey(pair.public);
    if (key instanceof Error || open instanceof Error) continue;
    if (open.verify('test', key.sign('test'))) return { text: pair.private, key };
  }
}

interface Daemon {
  readonly listener: NetServer;
  readonly close: () => Promise<void>;
}

function startDaemon(given: {
  readonly hostKey: string;
  readonly clientKey: ParsedKey;
  readonly user: string;
  readonly home: string;
  readonly onTry: (method: string) => void;
}): Daemon {
  const children: Children = new Set();
  const sockets = new Set<Socket>();
  const server: Server = new ssh2.Server({ hostKeys: [given.hostKey] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      given.onTry(context.method);
      if (isAllowed(context, given)) context.accept();
      else context.reject(['publickey']);
    });
    serveSessions(connection, { user: given.user, home: given.home, children });
  });
  // The sockets are ours, so that close() can end also those of clients that don't answer.
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    server.injectSocket(socket);
  });
  return {
    listener,
    async close() {
      const isClosed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await Promise.all([isClosed, ...[...children].map(async (child) => child.end())]);
    },
  };
}

function isAllowed(context: AuthContext, by: { readonly clientKey: ParsedKey; readonly user: string }): boolean {
  if (context.method !== 'publickey' || context.username !== by.user) return false;
  if (!by.clientKey.getPublicSSH().equals(context.key.data)) return false;
  // Without a signature it only asks whether the key would do.
  if (context.signature === undefined || context.blob === undefined) return true;
  return by.clientKey.verify(context.blob, context.signature, context.hashAlgo);
}

function serveSessions(
  connection: Connection,
  at: { readonly user: string; readonly home: string; readonly children: Children },
): void {
  connection.on('session', (accept) => {
    const session = accept();
    session.on('exec', (acceptExec, _reject, info) => {
      serveSession({ session, connection, channel: acceptExec(), command: info.command, ...at });
    });
  });
}

async function listen(server: NetServer): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error(`no port on ${address}`);
  return bound.port;
}
