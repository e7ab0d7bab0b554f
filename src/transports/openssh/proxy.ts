/**
 * Commands over a running ssh, by its control socket in proxy mode (OpenSSH 7.4 and later): the socket carries the packets of
 * the SSH connection protocol, and ssh encrypts them. So statuses, signals and windows are the host's own, where `ssh -S`
 * would tell them all as 255, and no process is started for a command.
 */
import { connect, type Socket } from 'node:net';
import { messageOf } from '../../model/errors.ts';
import { onAbort } from '../on-abort.ts';
import type { Wire } from './channel.ts';
import { encodeField, encodeFrame, encodePacket, makeFrameCutter, readFields } from './packets.ts';
import { openSession, type Session } from './session.ts';

export interface Proxy {
  /** Of the ssh behind the socket. */
  readonly pid: number;
  run(command: string, signal: AbortSignal | undefined): Session;
  /** Resolves when the socket is closed, with what the host did wrong where that was why. */
  readonly closed: Promise<string | undefined>;
  /** All commands that still run are lost. */
  lose(reason: string): void;
  close(): void;
}

/** Of ssh's control protocol. */
const control = {
  hello: 1,
  version: 4,
  isAlive: 0x1000_0004,
  alive: 0x8000_0005,
  proxy: 0x1000_000f,
  isProxy: 0x8000_000f,
} as const;

/** Throws what the signal says, or an Error where this ssh has no proxy mode. */
export async function connectProxy(socketPath: string, signal: AbortSignal): Promise<Proxy> {
  signal.throwIfAborted();
  const socket = connect(socketPath);
  const sessions = new Map<number, Session>();
  let mistake: string | undefined;
  const fail = (reason: string): void => {
    mistake ??= reason;
    socket.destroy();
  };
  const closed = new Promise<string | undefined>((resolve) => socket.once('close', () => resolve(mistake)));
  const stopListening = onAbort(signal, () => socket.destroy(signal.reason));
  try {
    const pid = await greet(socket, fail, (packet) => pass(packet, sessions));
    return { pid, closed, ...runner(socket, sessions, fail) };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    stopListening();
  }
}

/** Resolves with ssh's process once it hands over packets. */
async function greet(socket: Socket, fail: Wire['fail'], onPacket: (packet: Buffer) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let pid: number | undefined;
    let onFrame = (frame: Buffer): void => {
      const fields = readFields(frame);
      const type = fields.number();
      if (type === control.hello) return;
      fields.number();
      if (type === control.alive) pid = fields.number();
      else if (type === control.isProxy && pid !== undefined) {
        onFrame = onPacket;
        resolve(pid);
      } else reject(new Error("this ssh's control socket has no proxy mode"));
    };
    const cut = makeFrameCutter((frame) => onFrame(frame));
    socket.on('data', (chunk) => {
      try {
        cut(chunk);
      } catch (error) {
        fail(messageOf(error));
      }
    });
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('ssh closed its control socket')));
    const requests = [control.isAlive, control.proxy].map((type) => encodeControl(type, 0));
    socket.write(Buffer.concat([encodeControl(control.hello, control.version), ...requests]));
  });
}

function encodeControl(type: number, value: number): Buffer {
  return encodeFrame([encodeField(type), encodeField(value)]);
}

/** To the session that it is for; what comes for one that is gone is nobody's. */
function pass(packet: Buffer, sessions: ReadonlyMap<number, Session>): void {
  const fields = readFields(packet.subarray(2));
  sessions.get(fields.number())?.receive(packet[1] ?? 0, fields);
}

function runner(socket: Socket, sessions: Map<number, Session>, fail: Wire['fail']): Omit<Proxy, 'closed' | 'pid'> {
  let nextId = 0;
  const wire: Wire = {
    send: (type, fields, done) => void socket.write(encodePacket(type, fields), done),
    fail,
  };
  return {
    run(command, signal) {
      const id = nextId++;
      const session = openSession(wire, { id, command, signal, onGone: () => void sessions.delete(id) });
      sessions.set(id, session);
      return session;
    },
    lose(reason) {
      for (const session of sessions.values()) session.lose(reason);
      sessions.clear();
    },
    close: () => void socket.destroy(),
  };
}
