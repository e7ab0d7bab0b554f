/**
 * Commands on a host over SSH: on one line as far as the host allows, on further ones where it takes fewer commands a line
 * (MaxSessions) than run at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FunbricError } from '../model/errors.ts';
import { makeSlots } from './slots.ts';
import { placeText, type Place } from './ssh-errors.ts';
import type { Line } from './ssh-line.ts';
import type { Connection, RemoteProcess } from './transport.ts';

/** sshd allows 10 sessions a connection by default (MaxSessions); some are left to others' settings. */
const channelsAtOnce = 6;

/** sshd makes room only some time after it said that a command has ended. */
const roomMs = 20;

/**
 * `open` logs in once more. A command must be taken within `answerMs`: until then it has no output, and its own limit
 * hasn't begun.
 */
export function connectionOf(
  first: Line,
  place: Place,
  open: (signal: AbortSignal) => Promise<Line>,
  answerMs: number,
): Connection {
  const slots = makeSlots(channelsAtOnce);
  let lines: readonly Line[] = [first];
  let opening = 0;
  let isClosed = false;
  const addLine = async (signal: AbortSignal): Promise<void> => {
    opening++;
    try {
      const line = await open(signal);
      if (isClosed) {
        await line.close();
        throw new FunbricError('lost', `${placeText(place)}: no command can be started: the connection is closed`);
      }
      lines = [...lines, line];
      void line.closed.then(() => {
        lines = lines.filter((one) => one !== line);
      });
    } finally {
      opening--;
    }
  };
  // Without a signal of its own: teardown starts commands also after Ctrl-C.
  const startOnSome = async (command: string, signal = new AbortController().signal): Promise<RemoteProcess> => {
    for (;;) {
      for (const line of lines) {
        const remote = await answered(line.start(command, signal), place, answerMs);
        if (remote !== 'full') return remote;
      }
      if (lines.length + opening < channelsAtOnce) await addLine(signal);
      else await sleep(roomMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  };
  return {
    name: place.name,
    hasLoginShell: true,
    closed: first.closed,
    async exec(command, { signal } = {}) {
      const release = await slots.take(signal);
      try {
        const remote = await startOnSome(command, signal);
        void remote.exit.then(release);
        return remote;
      } catch (error) {
        release();
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await Promise.all(lines.map(async (line) => line.close()));
    },
  };
}

/** What is answered too late is ended. */
async function answered<T extends RemoteProcess | 'full'>(starting: Promise<T>, place: Place, ms: number): Promise<T> {
  let isLate = false;
  void starting.then(
    (remote) => void (isLate && typeof remote !== 'string' && remote.kill()),
    () => undefined,
  );
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      isLate = true;
      const message = `${placeText(place)}: no command can be started: no answer within ${ms / 1000} s, which is the connect limit`;
      const hint =
        'it is logged in, but sshd there starts no session: is that machine out of memory, processes or disk?';
      reject(new FunbricError('lost', message, { hint: `${hint} Or raise -t` }));
    }, ms);
    void starting.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
