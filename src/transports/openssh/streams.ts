/** The two directions of a channel as streams, each held back by the window that its reader grants. */
import { Readable, Writable } from 'node:stream';
import { brokenPipe } from '../killing.ts';

export interface Output {
  readonly stream: Readable;
  readonly take: (bytes: Buffer) => void;
  readonly end: () => void;
}

/** `onRead` hears how many bytes have left the queue, and so may be sent anew. */
export function makeOutput(onRead: (bytes: number) => void): Output {
  let queue: Buffer[] = [];
  let isWanted = false;
  let isEnded = false;
  const flush = (): void => {
    for (let chunk = queue[0]; isWanted && chunk !== undefined; chunk = queue[0]) {
      queue.shift();
      onRead(chunk.length);
      isWanted = stream.push(chunk);
    }
    if (isEnded && queue.length === 0) stream.push(null);
  };
  const stream = new Readable({
    read() {
      isWanted = true;
      flush();
    },
    destroy(error, done) {
      const dropped = queue;
      queue = [];
      for (const chunk of dropped) onRead(chunk.length);
      done(error);
    },
  });
  stream.on('error', () => undefined);
  return {
    stream,
    take(bytes) {
      if (isEnded || stream.destroyed) return onRead(bytes.length);
      queue.push(bytes);
      flush();
    },
    end() {
      if (isEnded) return;
      isEnded = true;
      if (!stream.destroyed) flush();
    },
  };
}

export interface Input {
  readonly stream: Writable;
  /** The reader takes so many more bytes. */
  readonly allow: (bytes: number) => void;
}

type Done = (error?: Error | null) => void;

export function makeInput(to: {
  /** `done` is called when the bytes have left us. */
  readonly send: (bytes: Buffer, done: Done) => void;
  readonly end: (done: Done) => void;
  readonly maxPacketBytes: () => number;
}): Input {
  let allowed = 0;
  let waiting: { bytes: Buffer; readonly done: Done } | undefined;
  const pump = (): void => {
    while (waiting !== undefined && allowed > 0) {
      const part = waiting.bytes.subarray(0, Math.min(allowed, to.maxPacketBytes()));
      const { done } = waiting;
      allowed -= part.length;
      if (part.length < waiting.bytes.length) {
        waiting.bytes = waiting.bytes.subarray(part.length);
        to.send(part, () => undefined);
      } else {
        waiting = undefined;
        to.send(part, done);
      }
    }
  };
  const stream = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length === 0) return done();
      waiting = { bytes: chunk, done };
      pump();
    },
    final: (done) => to.end(done),
    destroy(error, done) {
      waiting = undefined;
      done(error ?? (stream.writableFinished ? null : brokenPipe()));
    },
  });
  stream.on('error', () => undefined);
  return {
    stream,
    allow(bytes) {
      allowed += bytes;
      pump();
    },
  };
}
