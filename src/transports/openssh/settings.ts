/** What ssh will do for a host, as `ssh -G` tells: for messages, for limits, and for who shares an sshd. */
import { execFile } from 'node:child_process';
import { FunbricError } from '../../model/errors.ts';
import type { IdleLimit } from '../connection/errors.ts';
import type { Place } from '../place.ts';
import { printable } from '../printable.ts';

export interface OpensshSettings {
  readonly place: Place;
  readonly user: string;
  readonly knownHostsFiles: readonly string[];
  readonly idle: IdleLimit;
  /** Whose MaxStartups a login counts for: the first jump host's, or the host's own. */
  readonly gate: string;
  /** There is something between us and the host, which may fail in its place. */
  readonly isProxied: boolean;
}

/** A `Match exec` may run anything, so this is long; it only has to end. */
const questionMs = 20_000;

const maxAnswerBytes = 1 << 20;

/** As OpenSSH has it. */
const defaultKeepalives = 3;

export async function askSettings(question: {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where ssh_config has none. */
  readonly keepaliveMs: number;
}): Promise<OpensshSettings> {
  const values = parseAnswer(await ask(question));
  const first = (name: string): string | undefined => values.get(name);
  const address = first('hostname') ?? question.name;
  const port = Number(first('port') ?? 22);
  const proxy = [first('proxyjump'), first('proxycommand')].find((value) => value !== undefined && value !== 'none');
  return {
    place: { name: question.name, address, port },
    user: first('user') ?? 'the local user',
    knownHostsFiles: `${first('userknownhostsfile') ?? ''} ${first('globalknownhostsfile') ?? ''}`
      .split(' ')
      .filter((path) => !['', 'none', '/dev/null'].includes(path)),
    idle: {
      keepaliveMs: Number(first('serveraliveinterval') ?? 0) * 1000 || question.keepaliveMs,
      keepalives: Number(first('serveralivecountmax') ?? defaultKeepalives),
    },
    isProxied: proxy !== undefined,
    gate: proxy?.split(',')[0] ?? `${address}:${port}`,
  };
}

async function ask({
  name,
  program,
  args,
  env,
}: {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<string> {
  const options = { timeout: questionMs, maxBuffer: maxAnswerBytes, encoding: 'utf8', env } as const;
  return new Promise((resolve, reject) => {
    execFile(program, ['-G', ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.code === 'ENOENT') reject(noProgram(program));
      else {
        const said = printable(stderr.trim()) || error.message;
        reject(
          new FunbricError('unreachable', `${name}: ssh can't tell its settings: ${said}`, {
            hint: 'correct ~/.ssh/config until `ssh -G HOST` answers',
          }),
        );
      }
    });
  });
}

export function noProgram(program: string): FunbricError {
  return new FunbricError('usage', `there is no program ${program} here, which --transport openssh drives`, {
    hint: "install OpenSSH's client (Debian: openssh-client), or leave the option out: funbric has SSH of its own",
  });
}

/** The first of each name. */
function parseAnswer(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const name = line.slice(0, space).toLowerCase();
    if (space > 0 && !values.has(name)) values.set(name, line.slice(space + 1).trim());
  }
  return values;
}
