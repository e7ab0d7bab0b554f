/**
 * A ProxyCommand: its input and output are the connection. It is run by the user's shell, as ssh does, in a session of its
 * own, so that Ctrl-C leaves it alive for the teardown, and ended when the connection ends.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Dialled } from '../connection/dial.ts';
import { printable } from '../printable.ts';

/** For the command to end by itself after SIGHUP. */
const hangUpMs = 1000;

/** Of what it says on stderr: its last words tell most. */
const maxSaidLength = 2000;

export function startProxyCommand(line: string, shell: string): Dialled {
  const child = spawn(shell, ['-c', `exec ${line}`], { stdio: 'pipe', detached: true });
  let said = '';
  let ending: string | undefined;
  let isDone = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-maxSaidLength);
  });
  child.once('error', (error) => (ending ??= `can't be started by ${shell} (${printable(error.message)})`));
  child.once('exit', (code, signal) => {
    isDone = code === 0;
    if (code !== 0) ending ??= code === null ? `was ended by ${String(signal)}` : `ended with exit code ${code}`;
  });
  const inWords = (end: string): string => {
    const words = printable(said.trim().split('\n').slice(-3).join(' '));
    return `its ProxyCommand ${end}${words === '' ? ' and said nothing' : `, saying: ${words}`}`;
  };
  return {
    stream: streamOf(child),
    endedBecause: () => (ending === undefined ? undefined : inWords(ending)),
    // As nc does when the host drops the connection, or a command that is no proxy at all.
    endedEarly: () => (isDone ? inWords('ended with exit code 0 before SSH began') : undefined),
  };
}

/** Closed once the command is gone, so that whoever sees the end also sees how the command ended. */
function streamOf(child: ChildProcessWithoutNullStreams): Duplex {
  const { stdin, stdout } = child;
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void stdout.resume(),
    // A command that reads nothing more is about to end, which says more than a broken pipe.
    write: (chunk, _encoding, done) => void stdin.write(chunk, () => done()),
    final(done) {
      stdin.end();
      done();
    },
    destroy(reason, closed) {
      // Who inherited the pipes must not keep us waiting.
      for (const pipe of [stdin, stdout, child.stderr]) pipe.destroy();
      endSession(child, 'SIGHUP');
      const killing = setTimeout(() => endSession(child, 'SIGKILL'), hangUpMs);
      void gone.then(() => {
        clearTimeout(killing);
        closed(reason);
      });
    },
  });
  stdin.on('error', () => undefined);
  stdout.on('data', (chunk: Buffer) => stream.push(chunk) || stdout.pause());
  stream.once('end', () => stream.destroy());
  void gone.then(() => {
    if (!stream.destroyed) stream.push(null);
  });
  return stream;
}

/** The command and what it started in the session that we gave it; nobody else is in there. */
function endSession({ pid }: ChildProcessWithoutNullStreams, signal: 'SIGHUP' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // All of it has ended by itself.
  }
}
