/** The funbric command itself, as a user's shell would start it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runSchema, type Run } from '../../src/model/run.ts';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const main = join(root, 'dist/bin/program/funbric.js');

/** No command of a test may outlive this: only one that hangs does, on however busy a machine. */
const limitMs = 600_000;

export interface Ended {
  /** The exit status, or the signal that ended it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once the text has appeared on stdout or stderr. */
  saw(text: string): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The words of a program that becomes what follows them, as `nsenter` does. */
  readonly within?: readonly string[];
}

export function startFunbric(
  args: readonly string[],
  { cwd = tmpdir(), env = {}, within = [] }: StartOptions = {},
): Started {
  const [program = '', ...words] = [...within, process.execPath, main, ...args];
  const child = spawn(program, words, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let hasEnded = false;
  // Not before all that it said was read: a process may be gone while its last words are still in the pipe.
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    hasEnded = true;
    return { status: code ?? signal, stdout, stderr };
  });
  const saw = async (text: string): Promise<void> => {
    while (!(stdout + stderr).includes(text)) {
      if (hasEnded) throw new Error(`it ended before it said "${text}":\n${stdout}${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, ended, saw };
}

export async function funbric(...given: Parameters<typeof startFunbric>): Promise<Ended> {
  return await startFunbric(...given).ended;
}

/** A folder for one test: `dir` is the file system under test, `reports` where runs go. */
export interface Bench extends Disposable {
  readonly folder: string;
  readonly dir: string;
  readonly reports: string;
  /** The judged latest run. */
  run(): Run;
}

export function openBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'funbric-test-'));
  const dir = join(folder, 'shared');
  const reports = join(folder, 'reports');
  mkdirSync(dir);
  return {
    folder,
    dir,
    reports,
    run: () => runSchema.parse(JSON.parse(readFileSync(join(reports, 'latest/run.json'), 'utf8'))),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
