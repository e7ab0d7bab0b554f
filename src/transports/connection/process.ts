/** A command on an SSH channel, with its end told apart from the connection's. */
import { Writable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { brokenPipe, killOnAbort, lostBecause, makeKill } from '../killing.ts';
import type { Exit, RemoteProcess } from '../transport.ts';

/** The end of the connection, said to all who listen; a promise would keep every past command alive. */
export interface Ending {
  /** Gives the call that stops listening. */
  listen(listener: (reason: string) => void): () => void;
}

export function processOf(
  channel: ClientChannel,
  given: { readonly client: Client; readonly ending: Ending; readonly signal: AbortSignal | undefined },
): RemoteProcess {
  // A host that sends data after its end makes the streams emit errors, which nobody else may be listening to.
  channel.on('error', () => undefined);
  channel.stderr.on('error', () => undefined);
  const stdin = stdinOf(channel);
  let status: Exit | undefined;
  channel.once('exit', (code: number | null, signal?: string) => {
    status = code === null ? { kind: 'killed', signal: signal ?? 'unknown' } : { kind: 'exited', code };
    stdin.destroy();
  });
  let end: (exit: Exit) => void = () => undefined;
  const exit = new Promise<Exit>((resolve) => {
    end = (ended) => {
      unlisten();
      stdin.destroy();
      resolve(ended);
    };
  });
  const unlisten = given.ending.listen((reason) => {
    stdin.destroy();
    // With a status there is only output left to hand over.
    if (status === undefined) end({ kind: 'lost', reason });
  });
  // ssh2 ends a channel in the same way when its connection breaks: only a status is a command's end.
  void bothClosed(channel).then(() => end(status ?? { kind: 'lost', reason: lostBecause.closed }));
  const kill = makeKill({
    drain() {
      channel.resume();
      channel.stderr.resume();
    },
    send: (name) => sendSignal(given.client, channel, name),
    close: () => channel.close(),
    onClosed: (listener) => channel.once('close', listener),
    giveUp: () => end(status ?? { kind: 'lost', reason: lostBecause.killed }),
  });
  if (given.signal !== undefined) killOnAbort(given.signal, kill, exit);
  return { stdin, stdout: channel, stderr: channel.stderr, exit, kill };
}

async function bothClosed(channel: ClientChannel): Promise<void> {
  await Promise.all([
    new Promise<void>((resolve) => channel.once('close', resolve)),
    new Promise<void>((resolve) => channel.stderr.once('close', resolve)),
  ]);
}

/** ssh2 forgets a write, and its callback, once the channel is closed: so the writer is told here that nobody reads on. */
function stdinOf(channel: ClientChannel): Writable {
  const stdin = new Writable({
    write: (chunk, _encoding, done) => void channel.write(chunk, done),
    final: (done) => void channel.end(done),
    destroy: (error, done) => done(error ?? (stdin.writableFinished ? null : brokenPipe())),
  });
  stdin.on('error', () => undefined);
  return stdin;
}

/**
 * ssh2's `channel.signal` does nothing once the input was ended, which SSH allows and most commands' input is. So the
 * packet is sent by its protocol object, which isn't in the types: hence the looking.
 */
function sendSignal(client: object, channel: ClientChannel, name: string): void {
  const { outgoing } = channel;
  const protocol = '_protocol' in client ? client._protocol : undefined;
  const isHalfOpen = hasKeys(outgoing, ['id', 'state']) && outgoing['state'] === 'eof';
  if (isHalfOpen && hasKeys(protocol, ['signal']) && typeof protocol['signal'] === 'function') {
    Reflect.apply(protocol['signal'], protocol, [outgoing['id'], name]);
  } else channel.signal(name);
}

function hasKeys(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}
