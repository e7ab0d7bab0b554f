/** This machine as a host, without SSH: commands run with its own shell, each in a process group of its own. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { FunbricError } from '../model/errors.ts';
import { onAbort } from './on-abort.ts';
import type { Connection, Exit, RemoteProcess, Transport } from './transport.ts';

export interface LocalOptions {
  /** Where commands start, as they do over SSH. */
  readonly home: string;
}

/** How long a command that was asked to end, or whose connection is closed, may clean up before it is killed. */
const termMs = 2000;

export function localTransport({ home }: LocalOptions): Transport {
  const turns = makeTurns();
  return {
    scheme: 'local',
    async connect(host, { signal }) {
      signal.throwIfAborted();
      if (process.platform === 'win32') {
        throw new FunbricError('unreachable', `${host.name}: Windows has no /bin/sh to run commands with`, {
          hint: 'reach a Linux or macOS machine over ssh instead',
        });
      }
      return localConnection(host.name, home, turns);
    },
  };
}

/**
 * Starting a process holds this one up until the other is there, for long on a busy machine: between two of them all else
 * that waits here has its turn, or agents of many hosts would hear nothing from us and leave.
 */
function makeTurns(): () => Promise<void> {
  let last = Promise.resolve();
  return async () => {
    last = last.then(async () => new Promise((resolve) => setImmediate(resolve)));
    await last;
  };
}

function localConnection(name: string, home: string, turns: () => Promise<void>): Connection {
  const running = new Set<{ readonly kill: () => void; readonly gone: Promise<unknown> }>();
  const closing = new AbortController();
  const closed = new Promise<string>((resolve) => {
    closing.signal.addEventListener('abort', () => resolve('closed by us'), { once: true });
  });
  return {
    name,
    closed,
    async exec(command, { signal } = {}) {
      await turns();
      signal?.throwIfAborted();
      if (closing.signal.aborted) {
        throw new FunbricError('lost', `${name}: no command can be started: the connection is gone (closed by us)`);
      }
      const child = spawn('/bin/sh', ['-c', command], { cwd: home, detached: true });
      const started = processOf(child, { closed, signal });
      const gone = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
      const member = { kill: () => started.kill(), gone };
      running.add(member);
      void gone.then(() => running.delete(member));
      await spawned(child, name);
      return started;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      for (const { kill } of running) kill();
      await Promise.all([...running].map(({ gone }) => gone));
    },
  };
}

async function spawned(child: ChildProcessWithoutNullStreams, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      const message = `${name}: no command can be started: ${cause.message}`;
      reject(new FunbricError('lost', message, { hint: 'is this machine out of processes or memory?', cause }));
    });
  });
}

function processOf(
  child: ChildProcessWithoutNullStreams,
  given: { readonly closed: Promise<string>; readonly signal: AbortSignal | undefined },
): RemoteProcess {
  // A command that ends early breaks its pipe, which is no error of ours.
  child.stdin.on('error', () => undefined);
  let grace: NodeJS.Timeout | undefined;
  const kill = (): void => {
    if (grace !== undefined) return;
    signalGroup(child, 'SIGTERM');
    child.stdout.resume();
    child.stderr.resume();
    grace = setTimeout(() => {
      signalGroup(child, 'SIGKILL');
      // A grandchild that left the group may hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    }, termMs);
  };
  const stopListening = onAbort(given.signal, kill);
  const exit = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(grace);
      stopListening();
      resolve(code === null ? { kind: 'killed', signal: signal ?? 'unknown' } : { kind: 'exited', code });
    });
    void given.closed.then((reason) => resolve({ kind: 'lost', reason }));
  });
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exit, kill };
}

function signalGroup(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone.
  }
}
