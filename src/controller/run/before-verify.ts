/** Runs --before-verify once, on the controller, between stress and verify, with all agents idle. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emit } from '../events/events.ts';
import { runFiles, writeJson } from '../run-folder/run-folder.ts';

/** What is kept of its output. */
const keptBytes = 64 << 10;
/** From its exit to the end of its output. */
const outputGraceMs = 1_000;

export interface BeforeVerifyOptions {
  readonly folder: string;
  readonly directory: string;
  /** Whatever it does, the hosts wait no longer: after that it is ended. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** The outcome goes to a file of the run, from which the merge judges it: a failure makes the run incomplete. */
export async function runBeforeVerify(
  command: string,
  { folder, directory, limitMs, signal, emit }: BeforeVerifyOptions,
): Promise<void> {
  const limit = AbortSignal.timeout(limitMs);
  const environment = { FUNBRIC_DIR: directory, FUNBRIC_RUN: folder };
  const ended = await runShell(command, environment, AbortSignal.any([signal, limit]));
  const outcome = limit.aborted && !signal.aborted ? { ...ended, limitMs } : ended;
  emit({ kind: 'before-verify', command, exit: outcome.exit, output: outcome.output });
  await writeJson(join(folder, runFiles.beforeVerify), { command, ...outcome });
}

async function runShell(
  command: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly exit: string; readonly output: string }> {
  signal.throwIfAborted();
  // A process group of its own, so that Ctrl-C leaves nothing of it running. Windows has none.
  const isGroup = process.platform !== 'win32';
  const child = spawn(command, {
    shell: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isGroup,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < keptBytes) output = (output + text).slice(0, keptBytes);
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, killer) => resolve(String(code ?? killer)));
    child.once('error', (error) => resolve(error.message));
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const end = (): void => endGroup(child, isGroup);
  signal.addEventListener('abort', end, { once: true });
  try {
    const exit = await exited;
    // What it left in the background may hold its output open for ever.
    await Promise.race([closed, sleep(outputGraceMs, undefined, { ref: false })]);
    return { exit, output };
  } finally {
    signal.removeEventListener('abort', end);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

function endGroup(child: ChildProcess, isGroup: boolean): void {
  if (child.pid === undefined) return;
  try {
    process.kill(isGroup ? -child.pid : child.pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
