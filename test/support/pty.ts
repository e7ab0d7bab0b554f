/** The funbric command at a terminal of a given size, with what it writes there. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { quoteAll } from '../../src/transports/shell.ts';
import { main } from './funbric.ts';
import { until } from './until.ts';

/** Why tests that need a terminal are skipped here. */
export function ptyReason(): string | false {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return stdout?.includes('util-linux') ? false : 'needs the program script of util-linux, for a terminal';
}

export interface AtTerminal {
  /** All that was written so far. */
  text(): string;
  type(keys: string): void;
  saw(text: string): Promise<void>;
  /** The exit status. */
  readonly ended: Promise<number>;
}

export const ctrlC = '\u0003';

const limitMs = 600_000;

export function startAtTerminal(
  args: readonly string[],
  { cwd, rows, columns }: { readonly cwd: string; readonly rows: number; readonly columns: number },
): AtTerminal {
  const command = quoteAll([process.execPath, main, ...args]);
  // A Ctrl-C would else throw away what wasn't read yet, as the echo of the one before. A CI's own variables would make it plain.
  const line = `stty rows ${rows} cols ${columns} noflsh; exec env -u CI -u NO_COLOR -u FORCE_COLOR ${command}`;
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd,
    env: { ...process.env, HOME: cwd, TERM: 'xterm', LC_ALL: 'C.UTF-8', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  child.stdin.on('error', () => undefined);
  return {
    text: () => text,
    type: (keys) => void child.stdin.write(keys),
    saw: (wanted) => until(`${JSON.stringify(wanted)} at the terminal`, () => text.includes(wanted)),
    ended: once(child, 'close').then(([code]) => Number(code)),
  };
}
