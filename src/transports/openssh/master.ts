/**
 * The ssh that holds the connection to a host (ControlMaster). Once logged in it goes to the background, as ControlPersist
 * has it: a Ctrl-C meant for funbric leaves it to the teardown, and it ends by itself when nobody is connected to its
 * control socket any more, whatever became of us.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeLog, type SshLog } from './log.ts';
import { settingOptions } from './options.ts';

export interface MasterOptions {
  readonly program: string;
  readonly options: readonly string[];
  readonly target: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Master {
  readonly socketPath: string;
  readonly log: SshLog;
  /** Resolves when the control socket is there, or with why there won't be one: ssh gave up, or can't even be started. */
  readonly login: Promise<'up' | 'refused' | Error>;
  /** Resolves when ssh has ended, and its last words were read. */
  readonly ended: Promise<void>;
  /** It is in the background now, as this process; and nobody else shall find its socket, also if we are killed. */
  adopt(pid: number): void;
  stop(): Promise<void>;
}

/** From the last connection to the control socket to ssh's own end; covers also the time until we connect. */
const lonelySeconds = 10;

/** For ssh to say goodbye. */
const stopMs = 1000;

/** Who holds ssh's stderr after its end, such as a ProxyCommand, may hold it for long. */
const lastWordsMs = 200;

export function startMaster(given: MasterOptions): Master {
  const folder = mkdtempSync(join(socketRoot(), 'funbric-ssh-'));
  const socketPath = join(folder, 's');
  const settings = settingOptions({
    ControlPath: socketPath,
    ControlMaster: 'yes',
    ControlPersist: `${lonelySeconds}`,
  });
  // Its debug lines tell how far it came, which key the host has, and which of ours were tried.
  const args = ['-v', '-N', '-T', '-n', ...settings, ...given.options, ...given.target];
  // In a session of its own also before that, where there is no terminal to ask on.
  const child = spawn(given.program, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: given.env });
  const log = makeLog();
  let background: number | undefined;
  const removeSocket = (): void => rmSync(folder, { recursive: true, force: true });
  const ended = endOf(child).then(removeSocket);
  const login = new Promise<'up' | 'refused' | Error>((resolve) => {
    child.once('error', resolve);
    child.stderr.on('data', (chunk: Buffer) => {
      log.take(chunk);
      // Made under another name and moved, so it listens when it is there; ssh has more to say after that.
      if (existsSync(socketPath)) resolve('up');
    });
    void ended.then(() => resolve('refused'));
  });
  const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
    if (background === undefined) child.kill(name);
    else signalProcess(background, name);
  };
  return {
    socketPath,
    log,
    login,
    ended,
    adopt(pid) {
      background = pid;
      removeSocket();
    },
    async stop() {
      if (child.stderr.closed) return;
      signal('SIGTERM');
      const timer = setTimeout(() => {
        signal('SIGKILL');
        child.stderr.destroy();
      }, stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** ssh adds 17 characters while it makes the socket, and systems take no more than 103 in all. */
function socketRoot(): string {
  const root = tmpdir();
  return root.length <= 60 && /^[\w/.-]+$/.test(root) ? root : '/tmp';
}

/** All that may still write there is gone; or ssh gave up, and somebody else goes on. */
async function endOf(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
    child.once('exit', (code) => {
      if (code !== 0) void sleep(lastWordsMs).then(resolve);
    });
  });
}

function signalProcess(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}
