/**
 * Commands on a host over SSH: on one line as far as the host allows, on further ones where it takes fewer commands a line
 * (MaxSessions) than run at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FunbricError } from '../../model/errors.ts';
import { placeText, type Place } from '../place.ts';
import { makeSlots } from '../slots.ts';
import type { Connection, RemoteProcess } from '../transport.ts';
import type { Line } from './line.ts';

/** sshd allows 10 sessions a connection by default (MaxSessions); some are left to others' settings. */
const channelsAtOnce = 6;

/** sshd makes room only some time after it said that a command has ended: under load, after it refused the next ones. */
const roomMs = 20;

/** Each with an answer of the host's. What was killed and runs on keeps its room for as long as it likes. */
const roomTries = 10;

/** A line, the commands that run on it, and the most that ran at the same time: so many it takes again. */
interface Lane {
  readonly line: Line;
  running: number;
  most: number;
}

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
  let lanes: readonly Lane[] = [laneOf(first)];
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
      lanes = [...lanes, laneOf(line)];
      void line.closed.then(() => {
        lanes = lanes.filter((lane) => lane.line !== line);
      });
    } finally {
      opening--;
    }
  };
  // Without a signal of its own: teardown starts commands also after Ctrl-C.
  const startOnSome = async (command: string, signal = new AbortController().signal): Promise<RemoteProcess> => {
    for (let tries = 1; ; tries++) {
      for (const lane of lanes) {
        const remote = await answered(lane.line.start(command, signal), place, answerMs);
        if (remote === 'full') continue;
        occupy(lane, remote);
        return remote;
      }
      const isRoomDue = tries <= roomTries && lanes.some(({ running, most }) => running < most);
      if (!isRoomDue && lanes.length + opening < channelsAtOnce) await addLine(signal);
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
      await Promise.all(lanes.map(async ({ line }) => line.close()));
    },
  };
}

function laneOf(line: Line): Lane {
  return { line, running: 0, most: 0 };
}

function occupy(lane: Lane, remote: RemoteProcess): void {
  lane.running++;
  lane.most = Math.max(lane.most, lane.running);
  void remote.exit.then(() => lane.running--);
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
