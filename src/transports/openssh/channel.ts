/** What both sides of a channel owe each other: whom packets are for, when it is closed, how much may be under way. */
import { brokenPipe } from '../killing.ts';
import { message, type Field } from './packets.ts';

/** What channels share. */
export interface Wire {
  /** `done` is called when the packet has left us. */
  readonly send: (type: number, fields: readonly Field[], done?: (error?: Error | null) => void) => void;
  /** The host doesn't keep to the protocol: ends the connection. */
  readonly fail: (reason: string) => void;
}

/** What may be under way to us, for both outputs of a command together. */
export const windowBytes = 1 << 21;

/** As long as sshd's own. */
export const maxPacketBytes = 1 << 15;

/** The host's side of a channel: what we may still send there. */
export interface Channel {
  readonly open: (remote: { readonly id: number; readonly maxPacketBytes: number }) => void;
  /** For a channel that isn't open, and once we closed it, nothing is sent: sshd ends the whole connection for that. */
  readonly send: Wire['send'];
  readonly close: () => void;
  readonly fail: Wire['fail'];
  readonly maxPacketBytes: () => number;
}

export function makeChannel(wire: Wire): Channel {
  let remoteId: number | undefined;
  let isClosed = false;
  let maxBytes = 1;
  const send: Wire['send'] = (type, fields, done) => {
    if (remoteId === undefined || isClosed) done?.(brokenPipe());
    else wire.send(type, [remoteId, ...fields], done);
  };
  return {
    open(remote) {
      if (remoteId !== undefined) return wire.fail('it opened a channel twice');
      remoteId = remote.id;
      maxBytes = Math.min(Math.max(1, remote.maxPacketBytes), maxPacketBytes);
    },
    send,
    close() {
      send(message.channelClose, []);
      isClosed ||= remoteId !== undefined;
    },
    fail: wire.fail,
    maxPacketBytes: () => maxBytes,
  };
}

/** What the host may still send: it gets back what was read, in parts that are worth a packet. */
export function makeWindow(channel: Channel): {
  readonly take: (bytes: Buffer, to: (bytes: Buffer) => void) => void;
  readonly give: (bytes: number) => void;
} {
  let left = windowBytes;
  let unreturned = 0;
  return {
    take(bytes, to) {
      left -= bytes.length;
      if (left < 0) channel.fail('it sent more than it was allowed to');
      else to(bytes);
    },
    give(bytes) {
      unreturned += bytes;
      if (unreturned < windowBytes / 4) return;
      left += unreturned;
      channel.send(message.channelWindowAdjust, [unreturned]);
      unreturned = 0;
    },
  };
}
