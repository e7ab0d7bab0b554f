/** One command of a loopback host: a shell in a process group of its own, which ends with its channel at the latest. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { faultOf, type HostFault } from './host-options.ts';
import { tornStream } from './torn.ts';

/** What runs, so that a host that closes can end it. */
export type Children = Set<{ end(): Promise<void> }>;

/** Where the commands of a host run. */
export interface CommandSetting {
  readonly user: string;
  readonly home: string;
  readonly shell: string;
  /** A folder that is looked for programs first. */
  readonly programs: string | undefined;
  readonly faults: readonly HostFault[];
}

export interface SessionRequest {
  readonly session: Session;
  readonly connection: Connection;
  readonly channel: ServerChannel;
  readonly command: string;
  readonly setting: CommandSetting;
  readonly children: Children;
}

/** Signals that a client may send, as SSH names them. */
const signals = new Set([
  'ABRT',
  'ALRM',
  'FPE',
  'HUP',
  'ILL',
  'INT',
  'KILL',
  'PIPE',
  'QUIT',
  'SEGV',
  'TERM',
  'USR1',
  'USR2',
]);

export function serveSession({ session, connection, channel, command, setting, children }: SessionRequest): void {
  channel.on('error', () => undefined);
  channel.stderr.on('error', () => undefined);
  const child = spawn(setting.shell, ['-c', command], {
    cwd: setting.home,
    detached: true,
    env: environmentOf(setting),
  });
  const isGone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  let ending: Promise<void> | undefined;
  const entry = { end: async () => (ending ??= endGroup(child, isGone)) };
  children.add(entry);
  void isGone.then(async () => {
    await ending;
    children.delete(entry);
  });
  const hangUp = (): void => void entry.end();
  // The session's, which unlike the channel's doesn't wait for input that the command leaves unread.
  session.once('close', hangUp);
  connection.once('close', hangUp);
  void isGone.then(() => {
    session.removeListener('close', hangUp);
    connection.removeListener('close', hangUp);
  });
  // ssh2 passes none on once the client ended its input.
  session.on('signal', (accept, _reject, info) => {
    // ssh2 has no `accept` where the client wants no answer.
    if (signals.has(info.name) && children.has(entry)) signalGroup(child, `SIG${info.name}`);
    if (typeof accept === 'function') accept();
  });
  feed(channel, child, setting.faults);
  void deliver(channel, child, { isGone, faults: setting.faults });
}

function environmentOf({ user, home, shell, programs }: CommandSetting): NodeJS.ProcessEnv {
  const folders = [programs, dirname(process.execPath), process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'];
  const path = folders.filter((folder) => folder !== undefined).join(':');
  return { HOME: home, USER: user, LOGNAME: user, SHELL: shell, PATH: path };
}

function feed(channel: ServerChannel, child: ChildProcessWithoutNullStreams, faults: readonly HostFault[]): void {
  const torn = faultOf(faults, 'torn-upload');
  child.stdin.on('error', () => undefined);
  // What nobody reads any more is read away, or the channel's end would wait behind it.
  child.stdin.once('close', () => channel.resume());
  if (torn === undefined) channel.pipe(child.stdin);
  else channel.pipe(tornStream(torn)).pipe(child.stdin);
}

async function deliver(
  channel: ServerChannel,
  child: ChildProcessWithoutNullStreams,
  { isGone, faults }: { readonly isGone: Promise<void>; readonly faults: readonly HostFault[] },
): Promise<void> {
  const lane = makeLane(channel);
  const torn = faultOf(faults, 'torn-download');
  const said = torn === undefined ? child.stdout : child.stdout.pipe(tornStream(torn));
  const out = pump(said, async (chunk) => lane((done) => channel.write(chunk, done)));
  const err = pump(child.stderr, async (chunk) => lane((done) => channel.stderr.write(chunk, done)));
  await Promise.all([out, err, isGone]);
  if (child.exitCode !== null) channel.exit(child.exitCode);
  else if (child.signalCode !== null) channel.exit(child.signalCode.slice('SIG'.length), false, '');
  else channel.exit(127);
  channel.end();
}

async function pump(source: Readable, write: (chunk: Buffer) => Promise<void>): Promise<void> {
  try {
    for await (const chunk of source) if (Buffer.isBuffer(chunk)) await write(chunk);
  } catch {
    // The command's end says what happened.
  }
}

/**
 * One write at a time, over both outputs: where a write to one has to wait for the client's window, ssh2 would send the
 * last waiting piece of the other once more, as it keeps that; so it is also made to forget it.
 */
function makeLane(channel: ServerChannel): (write: (done: () => void) => void) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return async (write) => {
    const turn = last.then(async () => new Promise<void>(write));
    last = turn.then(() => {
      Object.assign(channel, { _chunk: undefined, _chunkcb: undefined, _chunkErr: undefined, _chunkcbErr: undefined });
    });
    await last;
  };
}

/** For an agent whose connection is gone to remove what it made; few other commands outlive SIGHUP at all. */
const graceMs = 5_000;

async function endGroup(child: ChildProcessWithoutNullStreams, isGone: Promise<void>): Promise<void> {
  signalGroup(child, 'SIGHUP');
  // Else output that nobody reads any more, or a process that left the group, would keep it from ending.
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
  const deadline = performance.now() + graceMs;
  while (isGroupThere(child) && performance.now() < deadline) await sleep(10);
  signalGroup(child, 'SIGKILL');
  await isGone;
}

function isGroupThere({ pid }: ChildProcessWithoutNullStreams): boolean {
  try {
    return pid !== undefined && process.kill(-pid, 0);
  } catch {
    return false;
  }
}

function signalGroup(child: ChildProcessWithoutNullStreams, signal: string): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone.
  }
}
