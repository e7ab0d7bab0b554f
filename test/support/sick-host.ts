/** Hosts that fall silent on the way to the end of a command, each at one stage of it, and hold the connection. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import ssh2, { type Connection } from 'ssh2';

/** What a host doesn't get to. */
export const sickStages = ['connecting', 'version', 'key exchange', 'login', 'session', 'command'] as const;

export type SickStage = (typeof sickStages)[number];

export interface SickHost extends AsyncDisposable {
  readonly stage: SickStage;
  readonly address: string;
  readonly port: number;
}

const address = '127.0.0.1';

/** Disposed of, it ends its connections: who still waits for it hears so at once. */
export async function startSickHost(stage: SickStage): Promise<SickHost> {
  if (stage === 'connecting') return await startFullServer();
  const sockets = new Set<Socket>();
  const greet = listenerOf(stage);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).resume();
    greet(socket);
  });
  const port = await listen(server);
  return {
    stage,
    address,
    port,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await gone;
    },
  };
}

function listenerOf(stage: Exclude<SickStage, 'connecting'>): (socket: Socket) => void {
  switch (stage) {
    case 'version':
      return () => undefined;
    case 'key exchange':
      return (socket) => void socket.write('SSH-2.0-OpenSSH_9.9\r\n');
    case 'login':
      return ssh((client) => client.on('authentication', () => undefined));
    case 'session':
      // Who asks for a session gets no answer.
      return ssh((client) => welcome(client).on('session', () => undefined));
    case 'command':
      return ssh((client) =>
        welcome(client).on('session', (accept) => void accept().on('exec', (take) => void take())),
      );
  }
}

function ssh(serve: (client: Connection) => void): (socket: Socket) => void {
  const { private: hostKey } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    client.on('error', () => undefined);
    serve(client);
  });
  return (socket) => server.injectSocket(socket);
}

/** Everyone may log in. */
function welcome(client: Connection): Connection {
  return client.on('authentication', (login) => login.accept());
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  assert(bound !== null && typeof bound === 'object');
  return bound.port;
}

/** A server whose line of connections is full, so that the kernel drops what comes, as a firewall would. */
async function startFullServer(): Promise<SickHost> {
  const program = `require('net').createServer().listen({ port: 0, host: '${address}', backlog: 1 }, function () {
    process.stdout.write(this.address().port + '\\n');
  })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  child.kill('SIGSTOP');
  const waiting: Socket[] = [];
  for (let sent = 0; sent < 8; sent++) waiting.push(connect(port, address).on('error', () => undefined));
  return {
    stage: 'connecting',
    address,
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
