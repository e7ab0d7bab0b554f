/** A command on a channel of its own: opened, started, fed and read within the windows of both sides, and ended once. */
import type { Readable } from 'node:stream';
import { killOnAbort, lostBecause, makeKill } from '../killing.ts';
import type { Exit, RemoteProcess } from '../transport.ts';
import { makeChannel, makeWindow, maxPacketBytes, windowBytes, type Channel, type Wire } from './channel.ts';
import { message, type Fields } from './packets.ts';
import { makeInput, makeOutput } from './streams.ts';

export type Start =
  | { readonly kind: 'started'; readonly process: RemoteProcess }
  /** It got no channel (MaxSessions). */
  | { readonly kind: 'full'; readonly reason: string }
  /** It got a channel, but no command. */
  | { readonly kind: 'declined' }
  | { readonly kind: 'lost'; readonly reason: string };

export interface Session {
  readonly start: Promise<Start>;
  receive(type: number, fields: Fields): void;
  /** The connection is gone. */
  lose(reason: string): void;
  /** Nobody waits for it any more: it is closed as soon as it can be. */
  abandon(): void;
}

/** Of extended data, the only kind there is. */
const stderrCode = 1;

export function openSession(
  wire: Wire,
  given: {
    readonly id: number;
    readonly command: string;
    readonly signal: AbortSignal | undefined;
    /** Both sides have closed it: the host may never hear of it again. */
    readonly onGone: () => void;
  },
): Session {
  const channel = makeChannel(wire);
  const command = makeProcess(channel);
  let answer: (start: Start) => void = () => undefined;
  const start = new Promise<Start>((resolve) => (answer = resolve));
  let isAbandoned = false;
  const lose = (reason: string): void => {
    answer({ kind: 'lost', reason });
    command.lose(reason);
  };
  const onOpen = (fields: Fields): void => {
    const id = fields.number();
    const window = fields.number();
    channel.open({ id, maxPacketBytes: fields.number() });
    command.allow(window);
  };
  const onRequest = (fields: Fields): void => {
    const name = fields.text();
    const isAnswerWanted = fields.boolean();
    if (name === 'exit-status') command.end({ kind: 'exited', code: fields.number() });
    else if (name === 'exit-signal') command.end({ kind: 'killed', signal: `SIG${signalName(fields.text())}` });
    // sshd asks so whether we live (ClientAliveInterval), and ends the connection when nobody answers.
    else if (isAnswerWanted) channel.send(message.channelFailure, []);
  };
  const receive = (type: number, fields: Fields): void => {
    switch (type) {
      case message.channelOpenConfirmation:
        onOpen(fields);
        if (isAbandoned) channel.close();
        else channel.send(message.channelRequest, ['exec', true, given.command]);
        break;
      case message.channelOpenFailure:
        fields.number();
        answer({ kind: 'full', reason: fields.text() });
        given.onGone();
        break;
      case message.channelSuccess:
        if (given.signal !== undefined) killOnAbort(given.signal, command.kill, command.exit);
        answer({ kind: 'started', process: command });
        break;
      case message.channelFailure:
        answer({ kind: 'declined' });
        channel.close();
        break;
      case message.channelRequest:
        onRequest(fields);
        break;
      case message.channelClose:
        answer({ kind: 'lost', reason: lostBecause.closed });
        command.onClose();
        channel.close();
        given.onGone();
        break;
      default:
        command.receive(type, fields);
    }
  };
  wire.send(message.channelOpen, ['session', given.id, windowBytes, maxPacketBytes]);
  return {
    start,
    receive,
    lose,
    abandon() {
      isAbandoned = true;
      channel.close();
    },
  };
}

/** It is the host's word, and ends up in sentences. */
function signalName(text: string): string {
  return /^[A-Z0-9]{1,16}$/.test(text) ? text : '?';
}

/** `end` is told its status; `exit` resolves once its output was read as well. */
interface Command extends RemoteProcess {
  readonly kill: () => void;
  readonly end: (exit: Exit) => void;
  readonly allow: (bytes: number) => void;
  readonly onClose: () => void;
  readonly lose: (reason: string) => void;
  readonly receive: (type: number, fields: Fields) => void;
}

function makeProcess(channel: Channel): Command {
  const window = makeWindow(channel);
  const stdout = makeOutput(window.give);
  const stderr = makeOutput(window.give);
  const stdin = makeInput({
    send: (bytes, done) => channel.send(message.channelData, [bytes], done),
    end: (done) => channel.send(message.channelEof, [], done),
    maxPacketBytes: channel.maxPacketBytes,
  });
  let status: Exit | undefined;
  let resolveExit: (exit: Exit) => void = () => undefined;
  const exit = new Promise<Exit>((resolve) => (resolveExit = resolve));
  const closeListeners: (() => void)[] = [];
  const endOutputs = (): void => {
    stdout.end();
    stderr.end();
  };
  const onClose = (): void => {
    endOutputs();
    stdin.stream.destroy();
    for (const listener of closeListeners.splice(0)) listener();
    void whenRead([stdout.stream, stderr.stream]).then(() =>
      resolveExit(status ?? { kind: 'lost', reason: lostBecause.closed }),
    );
  };
  const kill = makeKill({
    drain() {
      stdout.stream.resume();
      stderr.stream.resume();
    },
    send: (name) => channel.send(message.channelRequest, ['signal', false, name]),
    close: channel.close,
    onClosed: (listener) => void closeListeners.push(listener),
    giveUp: () => resolveExit(status ?? { kind: 'lost', reason: lostBecause.killed }),
  });
  return {
    stdin: stdin.stream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    exit,
    kill,
    allow: stdin.allow,
    onClose,
    end(ended) {
      status ??= ended;
      stdin.stream.destroy();
    },
    lose(reason) {
      // With a status there is only output left to hand over.
      if (status === undefined) resolveExit({ kind: 'lost', reason });
      onClose();
    },
    receive(type, fields) {
      if (type === message.channelWindowAdjust) stdin.allow(fields.number());
      else if (type === message.channelEof) endOutputs();
      else if (type === message.channelData) window.take(fields.bytes(), stdout.take);
      else if (type === message.channelExtendedData) {
        const isStderr = fields.number() === stderrCode;
        window.take(fields.bytes(), isStderr ? stderr.take : ({ length }) => window.give(length));
      }
    },
  };
}

async function whenRead(streams: readonly Readable[]): Promise<void> {
  await Promise.all(
    streams.map(async (stream) => stream.closed || new Promise<void>((resolve) => void stream.once('close', resolve))),
  );
}
