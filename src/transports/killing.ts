/** How a remote command is ended: asked by a signal, then killed, then its channel is closed. */
import { onAbort } from './on-abort.ts';
import type { Exit } from './transport.ts';

/** How long a command that was asked to end may clean up before it is killed. */
const termMs = 2000;

/** After that, for sshd to say that it is dead. */
const killMs = 1000;

/** A running command, as far as ending it goes. */
export interface Killable {
  /** What it still prints is dropped, so that nothing waits for a reader. */
  drain(): void;
  send(signalName: 'TERM' | 'KILL'): void;
  close(): void;
  /** The channel is closed, by whomever. */
  onClosed(listener: () => void): void;
  /** It never said that it ended. */
  giveUp(): void;
}

export function makeKill(command: Killable): () => void {
  let isKilled = false;
  return () => {
    if (isKilled) return;
    isKilled = true;
    command.drain();
    const closing = setTimeout(() => {
      command.send('KILL');
      setTimeout(() => {
        command.close();
        command.giveUp();
      }, killMs).unref();
    }, termMs);
    closing.unref();
    command.onClosed(() => clearTimeout(closing));
    command.send('TERM');
  };
}

export function killOnAbort(signal: AbortSignal, kill: () => void, exit: Promise<Exit>): void {
  if (signal.aborted) {
    kill();
    return;
  }
  void exit.then(onAbort(signal, kill));
}

/** For who still writes to a command that is over. */
export function brokenPipe(): Error {
  return Object.assign(new Error('the command ended before it read all of its input'), { code: 'EPIPE' });
}

/** Why a command that ended without a status counts as lost. */
export const lostBecause = {
  closed: 'the channel was closed without an exit status',
  killed: 'it was ended by us and gave no status',
} as const;
