/** Hosts and transports for tests: nothing of the user's own ssh_config, keys or agent takes part. */
import { userInfo } from 'node:os';
import { Transform } from 'node:stream';
import type { Host } from '../../src/model/host.ts';
import { createTransports, type TransportOptions, type Transports } from '../../src/transports/registry.ts';
import type { ConnectOptions, Connection } from '../../src/transports/transport.ts';

export function testTransports(home: string, options: Partial<TransportOptions> = {}): Transports {
  return createTransports({
    home,
    userName: userInfo().username,
    env: {},
    configFile: '/dev/null',
    random: () => 0.5,
    now: () => new Date(),
    note: () => undefined,
    ...options,
  });
}

export function testHost(name: string, fields: Partial<Host> = {}): Host {
  return { name, roles: [], groups: [], variables: {}, ...fields };
}

export function testConnect(options: Partial<ConnectOptions> = {}): ConnectOptions {
  return { signal: new AbortController().signal, connectMs: 20_000, isNewKeyAccepted: false, ...options };
}

/** Runs one command to its end and gives its output as bytes. */
export async function runCommand(
  connection: Connection,
  command: string,
  stdin?: string | Uint8Array,
): Promise<{
  readonly exit: Awaited<Awaited<ReturnType<Connection['exec']>>['exit']>;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}> {
  const remote = await connection.exec(command);
  remote.stdin.end(stdin);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  remote.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  remote.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const exit = await remote.exit;
  return { exit, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
}

/** What its commands say arrives late. */
export function slowly(connection: Connection): Connection {
  const late = (): Transform =>
    new Transform({ transform: (chunk, _encoding, done) => void setTimeout(() => done(null, chunk), 300) });
  return {
    name: connection.name,
    closed: connection.closed,
    async exec(command, options) {
      const remote = await connection.exec(command, options);
      return { ...remote, stdout: remote.stdout.pipe(late()), stderr: remote.stderr.pipe(late()) };
    },
    [Symbol.asyncDispose]: async () => connection[Symbol.asyncDispose](),
  };
}
