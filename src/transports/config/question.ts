/** One question to the user's ssh (`ssh -G`), and what it answered. */
import { execFile } from 'node:child_process';
import { FunbricError } from '../../model/errors.ts';

/** `undefined`: there is no ssh program. */
export type Answer = ReadonlyMap<string, readonly string[]> | undefined;

export interface Said {
  readonly answer: Answer;
  /** The files that it read, where it was asked for them. */
  readonly files: readonly string[];
}

/** A `Match exec` may run anything, so this is long; it only has to end. */
const questionMs = 20_000;

const maxAnswerBytes = 1 << 20;

export async function askSsh(program: string, args: readonly string[], host: string): Promise<Said> {
  const limits = { timeout: questionMs, maxBuffer: maxAnswerBytes, encoding: 'utf8' } as const;
  return new Promise((resolve, reject) => {
    execFile(program, [...args], limits, (error, stdout, stderr) => {
      if (error === null) resolve({ answer: parseAnswer(stdout), files: filesRead(stderr) });
      else if (error.code === 'ENOENT') resolve({ answer: undefined, files: [] });
      else {
        const said = stderr.replaceAll(debugLine, '').trim().slice(0, 500);
        reject(
          new FunbricError(
            'unreachable',
            `${host}: ssh can't tell its settings (ssh ${args.join(' ')}): ${said || error.message}`,
            {
              hint: 'correct ~/.ssh/config until `ssh -G HOST` answers',
            },
          ),
        );
      }
    });
  });
}

/** What -v adds. */
const debugLine = /^(?:debug\d: |OpenSSH_).*\r?\n/gm;

function filesRead(stderr: string): readonly string[] {
  return [...stderr.matchAll(/^debug1: Reading configuration data (.+?)\r?$/gm)].map(([, file = '']) => file);
}

function parseAnswer(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    if (space <= 0) continue;
    const name = line.slice(0, space).toLowerCase();
    values.set(name, [...(values.get(name) ?? []), line.slice(space + 1).trim()]);
  }
  return values;
}
