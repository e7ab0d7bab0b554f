/** A command's wall time and the CPU time of it and all that it waited for, as the shell's `time` tells them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The command itself, as users start it, but for npx. */
export const commandFile = fileURLToPath(new URL('../../bin/program/funbric.js', import.meta.url));

export interface Timed {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

export interface TimedOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As it is to end; 0 where not given. */
  readonly status?: number;
}

/** Longer than any command of a bench may take. */
const limitMs = 300_000;

/** Throws, with what it printed, where the command fails. */
export function timed(command: readonly string[], { cwd, env = {}, status: wanted = 0 }: TimedOptions): Timed {
  const script = `TIMEFORMAT='%R %U %S'; { time "$@" >&3 2>&4; } 3>/dev/null 4>"$FUNBRIC_BENCH_ERRORS"`;
  const errors = `${cwd}/errors.txt`;
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    cwd,
    env: { ...process.env, ...env, FUNBRIC_BENCH_ERRORS: errors },
    encoding: 'utf8',
    timeout: limitMs,
  });
  const [wall = NaN, user = NaN, system = NaN] = stderr.trim().split(/\s+/).map(Number);
  if (status !== wanted) {
    const said = readFileSync(errors, 'utf8').trim().split('\n').slice(-3).join(' / ');
    throw new Error(`${command.slice(0, 2).join(' ')} ended with ${status}: ${said.slice(0, 300)}`);
  }
  return { wallSeconds: wall, cpuSeconds: user + system };
}

/** Whether a command is there and does what it is asked for. */
export function works(...[program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: limitMs }).status === 0;
}
