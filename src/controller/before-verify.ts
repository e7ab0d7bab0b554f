/** Runs --before-verify once, on the controller, between stress and verify, with all agents idle. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { messageOf } from '../model/errors.ts';
import type { Emit } from './events.ts';
import { runFiles, writeJson } from './run-folder.ts';

/** What is kept of its output. */
const keptBytes = 64 << 10;

/** The outcome goes to a file of the run, from which the merge judges it: a failure makes the run incomplete. */
export async function runBeforeVerify(
  command: string,
  { folder, directory, signal, emit }: { folder: string; directory: string; signal: AbortSignal; emit: Emit },
): Promise<void> {
  const outcome = await runShell(command, { FUNBRIC_DIR: directory, FUNBRIC_RUN: folder }, signal);
  emit({ kind: 'before-verify', command, exit: outcome.exit, output: outcome.output });
  await writeJson(join(folder, runFiles.beforeVerify), { command, ...outcome });
}

async function runShell(
  command: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly exit: string; readonly output: string }> {
  const child = spawn(command, {
    shell: true,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(0, keptBytes);
    });
  }
  const exit = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)));
    child.once('close', (code, killer) => resolve(String(code ?? killer)));
  });
  return { exit, output };
}
