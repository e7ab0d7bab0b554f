/**
 * A large file to a host. What an earlier try left there is gone on with, if it is the beginning of this very file: the host
 * says how much it has and its sha256, and is told to keep it or to begin anew.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { printable } from '../printable.ts';
import { streamScript } from '../script.ts';
import { quotePath } from '../shell.ts';
import type { Connection } from '../transport.ts';
import type { CopyOptions } from './copied.ts';
import { requireSuccess, status } from './failures.ts';
import type { LocalFile } from './local-tree.ts';
import { isThere, sha256Function } from './one-file.ts';

/** Bytes that were sent; undefined where the host had the file. */
export async function putLargeFile(
  connection: Connection,
  file: LocalFile,
  remotePath: string,
  { mode, signal, onBytes }: CopyOptions & { readonly mode: number },
): Promise<number | undefined> {
  const what = `${connection.name}:${printable(remotePath)}`;
  const content = new PassThrough();
  let sent: number | undefined;
  let said = '';
  let complaint = '';
  const answer = async (line: string): Promise<void> => {
    const [, bytes = '0', sha256 = ''] = /^have (\d{1,16}) ([0-9a-f]{64})$/.exec(line) ?? [];
    const start =
      Number(bytes) <= file.bytes && (await startsWith(file.place, Number(bytes), sha256)) ? Number(bytes) : 0;
    content.write(start > 0 ? 'on\n' : 'anew\n');
    sent = 0;
    void send(file, start, content, (more) => {
      sent = (sent ?? 0) + more;
      onBytes?.(sent);
    });
  };
  try {
    const exit = await streamScript(connection, script(file, remotePath, { name: connection.name, mode }), {
      signal,
      stdin: () => content,
      onStdout: async (chunk) => {
        if (said.includes('\n') || said.length > maxTextLength) return;
        said += chunk.toString('latin1');
        const [line = '', rest] = said.split('\n');
        if (rest === undefined) return;
        if (line === 'same') content.end();
        else await answer(line);
      },
      onStderr: (chunk) => {
        if (complaint.length < maxTextLength) complaint += chunk.toString();
      },
    });
    requireSuccess(exit, { what, did: 'written', complaint });
    return sent;
  } finally {
    content.destroy();
  }
}

/** For what a script has to say in words. */
const maxTextLength = 4096;

/** Ends the content where the file can't be read further: the host then finds it too short. */
async function send(file: LocalFile, start: number, to: PassThrough, onSent: (bytes: number) => void): Promise<void> {
  const source = createReadStream(file.place, {
    start,
    end: Math.max(start, file.bytes - 1),
    highWaterMark: 256 << 10,
  });
  if (start === file.bytes) {
    source.destroy();
    to.end();
    return;
  }
  source.on('data', (chunk) => onSent(chunk.length));
  await pipeline(source, to).catch(() => to.end());
}

async function startsWith(place: string, bytes: number, sha256: string): Promise<boolean> {
  if (bytes === 0) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(place, { end: bytes - 1 })) if (Buffer.isBuffer(chunk)) hash.update(chunk);
  return hash.digest('hex') === sha256;
}

/**
 * What is gone on with is a regular file of our own user, named after content, path and host: hosts that share the folder
 * don't write into each other's. Too short, it stays for the next try; else it is this file, or goes.
 */
function script(
  file: LocalFile,
  remotePath: string,
  { name, mode }: { readonly name: string; readonly mode: number },
): string {
  const key = createHash('sha256').update(`${file.sha256}\0${remotePath}\0${name}`).digest('hex').slice(0, 32);
  const folder = remotePath.slice(0, remotePath.lastIndexOf('/') + 1);
  return [
    sha256Function,
    `f=${quotePath(remotePath)}; t=${quotePath(`${folder}.funbric-${key}.part`)}`,
    `[ "$(sha256 </dev/null)" != none ] || exit ${status.noHash}`,
    `[ ! -d "$f" ] || { echo "there is a directory of that name" >&2; exit ${status.inTheWay}; }`,
    // A file renamed over /dev/null would break the host.
    `[ ! -e "$f" ] || [ -f "$f" ] || { echo "what is there is no regular file" >&2; exit ${status.inTheWay}; }`,
    `if ${isThere(file)}; then chmod ${mode.toString(8)} "$f" && echo same; exit; fi`,
    'umask 077',
    'if [ -f "$t" ] && [ ! -L "$t" ] && [ -O "$t" ]; then n=$(wc -c <"$t") && echo "have $((n)) $(sha256 <"$t")"',
    'else set -C; : >"$t" || exit; set +C; echo "have 0 -"; fi',
    'read -r how || exit',
    '[ "$how" = on ] || : >"$t"',
    'cat >>"$t" || exit',
    `if [ "$(sha256 <"$t")" != ${file.sha256} ]; then`,
    `  [ "$(wc -c <"$t")" -lt ${file.bytes} ] || rm -f -- "$t"`,
    `  exit ${status.damaged}`,
    'fi',
    `chmod ${mode.toString(8)} "$t" && mv -f -- "$t" "$f"`,
  ].join('\n');
}
