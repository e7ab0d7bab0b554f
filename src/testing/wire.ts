/** The connection of a host with a bad link: bytes are counted on their way to the client, and may stop for ever. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export interface Wire {
  readonly stream: Duplex;
  /** From now on nothing is read and nothing is sent, and the client isn't told. */
  freeze(): void;
}

/** Resets after so many bytes to the client: it gets these at most, as a reset also takes what lies unread. */
export function wireOf(socket: Socket, resetAfterBytes = Number.POSITIVE_INFINITY): Wire {
  let left = resetAfterBytes;
  let isFrozen = false;
  const stream = new Duplex({
    read: () => void (isFrozen || socket.resume()),
    write(chunk: Buffer, _encoding, done) {
      if (isFrozen) return done();
      const piece = chunk.subarray(0, left);
      left -= piece.length;
      socket.write(piece, () => {
        if (left === 0) socket.resetAndDestroy();
        done();
      });
    },
    final: (done) => void (isFrozen ? done() : socket.end(done)),
    destroy(error, done) {
      if (!isFrozen) socket.destroy();
      done(error);
    },
  });
  stream.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    if (!isFrozen && !stream.push(chunk)) socket.pause();
  });
  socket.once('end', () => stream.push(null));
  socket.once('close', () => stream.destroy());
  return {
    stream,
    freeze() {
      isFrozen = true;
      socket.pause();
    },
  };
}
