/** The SSH server of one loopback host, with the faults that its link and its logins have. */
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type AuthContext, type Connection, type ParsedKey, type Session } from 'ssh2';
import { faultOf, type HostFault, type SilentFrom } from './host-options.ts';
import { serveSession, type Children, type CommandSetting } from './loopback-session.ts';
import { wireOf } from './wire.ts';

export interface Daemon {
  readonly listener: NetServer;
  readonly close: () => Promise<void>;
}

interface DaemonOptions {
  readonly hostKey: string;
  readonly clientKey: ParsedKey;
  readonly user: string;
  readonly faults: readonly HostFault[];
  readonly setting: CommandSetting;
  /** `publickey`, `password`, ... */
  readonly onLogin: (method: string) => void;
  /** What a client asks for, by its name in SSH: `exec`, `pty-req`, `direct-tcpip`, ... */
  readonly onRequest: (request: string) => void;
}

export function makeDaemon(options: DaemonOptions): Daemon {
  const children: Children = new Set();
  const sockets = new Set<Socket>();
  let connections = 0;
  // The sockets are ours, so that close() can end also those of clients that don't answer.
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    connections++;
    if (!isRude(socket, connections, options.faults)) greet(socket, options, children);
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

/** Whether it was treated otherwise than SSH does. */
function isRude(socket: Socket, connections: number, faults: readonly HostFault[]): boolean {
  const drop = faultOf(faults, 'drop');
  const other = faultOf(faults, 'no-ssh');
  const silent = faultOf(faults, 'silent')?.from;
  if (drop !== undefined && connections <= drop.connections) socket.destroy();
  else if (other !== undefined) socket.end(other.text);
  else if (silent === 'key exchange') socket.write('SSH-2.0-silent\r\n');
  else if (silent !== 'banner') return false;
  return true;
}

/** ssh2 takes any stream, whatever its types say. */
interface Doors {
  injectSocket(stream: Duplex): void;
}

function greet(socket: Socket, options: DaemonOptions, children: Children): void {
  const { faults } = options;
  const silent = faultOf(faults, 'silent')?.from;
  const reset = faultOf(faults, 'reset');
  const wire = silent === undefined && reset === undefined ? undefined : wireOf(socket, reset?.afterBytes);
  const isFrozenAt = (point: SilentFrom): boolean => {
    if (silent !== point) return false;
    wire?.freeze();
    return true;
  };
  // A server for each connection, so that it's clear whose socket is whose.
  const doors: Doors = new ssh2.Server({ hostKeys: [options.hostKey] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      options.onLogin(context.method);
      if (!isFrozenAt('login')) answerLogin(context, options);
    });
    serveSessions(connection, options, { children, isFrozenAt });
  });
  doors.injectSocket(wire?.stream ?? socket);
}

function answerLogin(context: AuthContext, options: DaemonOptions): void {
  const answer = (): void => {
    if (isAllowed(context, options)) context.accept();
    else context.reject(['publickey']);
  };
  const slow = faultOf(options.faults, 'slow-login');
  if (slow === undefined) answer();
  else setTimeout(answer, slow.ms).unref();
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
  { faults, setting, onRequest }: DaemonOptions,
  { children, isFrozenAt }: { readonly children: Children; readonly isFrozenAt: (point: SilentFrom) => boolean },
): void {
  const allowed = faultOf(faults, 'max-sessions')?.sessions ?? Number.POSITIVE_INFINITY;
  let sessions = 0;
  connection.on('session', (accept, reject) => {
    onRequest('session');
    if (isFrozenAt('channel') || faultOf(faults, 'mute') !== undefined) return;
    if (sessions >= allowed) {
      reject();
      return;
    }
    sessions++;
    const session = accept();
    session.once('close', () => sessions--);
    refuseExtras(session, onRequest);
    session.on('exec', (acceptExec, _reject, info) => {
      onRequest('exec');
      serveSession({ session, connection, channel: acceptExec(), command: info.command, setting, children });
      isFrozenAt('command');
    });
  });
  connection.on('tcpip', (_accept, reject) => {
    onRequest('direct-tcpip');
    reject();
  });
  connection.on('request', (_accept, reject, name) => {
    onRequest(name);
    reject?.();
  });
}

/** Nothing of this is on these hosts; that it was asked for is told. */
function refuseExtras(session: Session, onRequest: (request: string) => void): void {
  const refuse = (request: string, reject: (() => unknown) | undefined): void => {
    onRequest(request);
    reject?.();
  };
  session.on('pty', (_accept, reject) => refuse('pty-req', reject));
  session.on('env', (_accept, reject) => refuse('env', reject));
  session.on('x11', (_accept, reject) => refuse('x11-req', reject));
  session.on('auth-agent', (_accept, reject) => refuse('auth-agent-req@openssh.com', reject));
  session.on('shell', (_accept, reject) => refuse('shell', reject));
  session.on('subsystem', (_accept, reject) => refuse('subsystem', reject));
}
