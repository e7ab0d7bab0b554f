/**
 * What the login shell does before a command of ours runs: how long it takes, and what it prints. funbric itself skips what
 * comes before its own marker, but scp, rsync and sftp break on it, and every command pays for the time.
 */
import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { FunbricError } from '../../model/errors.ts';
import { printable } from '../../transports/printable.ts';
import { posixLine } from '../../transports/shell.ts';
import type { Connection } from '../../transports/transport.ts';
import { within } from '../fan-out/waiting.ts';

export interface LoginShell {
  readonly startMs: number;
  /** What it printed on its own, where it did; the start of it. */
  readonly noise: string | undefined;
}

const limitMs = 20_000;
/** Of each output: more than this is no greeting. */
const maxBytes = 1 << 20;
const maxShown = 80;

export async function lookAtShell(
  connection: Connection,
  { signal, nowMs }: { readonly signal: AbortSignal; readonly nowMs: () => number },
): Promise<LoginShell> {
  const marker = randomBytes(16).toString('hex');
  // In two halves, as a shell may echo what it is to run.
  const mark = `printf '%s%s\\n' ${marker.slice(0, 16)} ${marker.slice(16)}`;
  const startedMs = nowMs();
  const remote = await connection.exec(posixLine(`${mark}; ${mark} >&2`), { signal });
  remote.stdin.end();
  try {
    const what = `${connection.name}: the login shell`;
    const hint = 'look at what its profile and its .bashrc do, and at the load of the host';
    const texts = Promise.all([
      headOf(remote.stdout, marker, connection.name),
      headOf(remote.stderr, marker, connection.name),
      remote.exit,
    ]);
    const [out, err] = await within(texts, limitMs, what, hint);
    const noise = printable(`${beforeMarker(out, marker)} ${beforeMarker(err, marker)}`)
      .trim()
      .slice(0, maxShown);
    return { startMs: nowMs() - startedMs, noise: noise === '' ? undefined : noise };
  } finally {
    remote.kill();
  }
}

/** What comes after the marker is read and dropped. */
async function headOf(stream: Readable, marker: string, name: string): Promise<string> {
  let head = Buffer.alloc(0);
  let isStarted = false;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk) || isStarted) continue;
    head = Buffer.concat([head, chunk]);
    isStarted = head.includes(marker);
    if (isStarted || head.length < maxBytes) continue;
    throw new FunbricError(
      'deploy',
      `${name}: the login shell prints more than ${maxBytes} bytes and runs no command`,
      {
        hint: 'look at what its profile and its .bashrc do; is a command forced?',
      },
    );
  }
  return head.toString();
}

function beforeMarker(text: string, marker: string): string {
  const at = text.indexOf(marker);
  return at < 0 ? text : text.slice(0, at);
}
