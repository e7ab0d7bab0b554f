/**
 * Files to and from a host, streamed over exec: whole and with the same sha256 on both ends, or not at all. Each side
 * writes to a temporary name and renames at the end.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { FunbricError, messageOf } from '../../model/errors.ts';
import { printable } from '../printable.ts';
import { runScript, streamScript } from '../script.ts';
import { quotePath } from '../shell.ts';
import type { Connection } from '../transport.ts';
import { damaged, requireSuccess, status } from './failures.ts';
import { sumProgram } from './listing.ts';

export interface CopiedFile {
  readonly bytes: number;
  readonly sha256: string;
  /** The host had the very file, so nothing was written. */
  readonly isSkipped?: true;
}

/** A shell function that reads its input and prints its sha256 in hex; `none` where the host has no program for it. */
export const sha256Function = [
  'sha256() {',
  '  if command -v sha256sum >/dev/null 2>&1; then h=$(sha256sum)',
  '  elif command -v shasum >/dev/null 2>&1; then h=$(shasum -a 256)',
  '  elif command -v openssl >/dev/null 2>&1; then h=$(openssl dgst -sha256 -r)',
  '  else cat >/dev/null; h=none; fi',
  '  printf "%s\\n" "${h%% *}"',
  '}',
].join('\n');

/** For what a script has to say in words. */
const maxTextBytes = 4096;

/** Says the digest first, then sends the file: a file that changes between the two is refused. */
export async function readRemoteFile(
  connection: Connection,
  remotePath: string,
  localPath: string,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<CopiedFile> {
  const what = `${connection.name}:${printable(remotePath)}`;
  const temporary = `${localPath}.${randomBytes(6).toString('hex')}.part`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    const receiver = makeReceiver(file, { what, maxBytes });
    let complaint = '';
    const exit = await streamScript(connection, readScript(remotePath), {
      signal,
      onStdout: receiver.take,
      onStderr: (chunk) => {
        if (complaint.length < maxTextBytes) complaint += chunk.toString();
      },
    });
    requireSuccess(exit, { what, did: 'read', complaint });
    const copied = receiver.result();
    await file.close();
    await rename(temporary, localPath);
    return copied;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

function readScript(path: string): string {
  return [
    sumProgram(status.noHash),
    `f=${quotePath(path)}`,
    `[ -e "$f" ] || { echo "no such file" >&2; exit ${status.notAFile}; }`,
    `[ -f "$f" ] || { echo "not a regular file" >&2; exit ${status.notAFile}; }`,
    'd=$($sum < "$f") || exit',
    'printf "%s\\n" "${d%% *}"',
    'exec cat < "$f"',
  ].join('\n');
}

/** Takes the line with the digest, then the file. */
function makeReceiver(
  file: FileHandle,
  { what, maxBytes }: { readonly what: string; readonly maxBytes: number },
): {
  readonly take: (chunk: Buffer) => Promise<void>;
  readonly result: () => CopiedFile;
} {
  const hash = createHash('sha256');
  let line = Buffer.alloc(0);
  let expected: string | undefined;
  let bytes = 0;
  const write = async (chunk: Buffer): Promise<void> => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new FunbricError('limit', `${what}: larger than the ${maxBytes} bytes that are taken`, {
        hint: 'is it the file that was meant? It was left on the host',
      });
    }
    hash.update(chunk);
    for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
  };
  return {
    async take(chunk) {
      if (expected !== undefined) return write(chunk);
      line = Buffer.concat([line, chunk]);
      const end = line.subarray(0, 129).indexOf('\n');
      if (end < 0 && line.length > 128) throw damaged(what, 'no digest came before it');
      if (end < 0) return;
      expected = line.toString('latin1', 0, end);
      if (end + 1 < line.length) return write(line.subarray(end + 1));
    },
    result() {
      const sha256 = hash.digest('hex');
      if (sha256 !== expected) throw damaged(what, 'its sha256 differs: it changed meanwhile, or was cut');
      return { bytes, sha256 };
    },
  };
}

interface WriteOptions {
  readonly mode: number;
  readonly signal: AbortSignal;
  /** What the source is, where that was found out before. */
  readonly known?: CopiedFile;
}

/** `source` is a local path or the bytes themselves. Makes no folders. */
export async function writeRemoteFile(
  connection: Connection,
  source: string | Uint8Array,
  remotePath: string,
  { mode, signal, known }: WriteOptions,
): Promise<CopiedFile> {
  const what = `${connection.name}:${printable(remotePath)}`;
  const copied = known ?? (await digestOf(source, what));
  const temporary = `${remotePath}.${randomBytes(6).toString('hex')}.part`;
  const script = writeScript({ ...copied, path: remotePath, temporary, mode });
  const result = await runScript(connection, script, {
    stdin: typeof source === 'string' ? () => createReadStream(source) : source,
    signal,
    timeoutMs: writeMs(copied.bytes),
    maxOutputBytes: maxTextBytes,
  });
  requireSuccess(result.exit, { what, did: 'written', complaint: result.stderr.toString() });
  return result.stdout.toString() === 'same\n' ? { ...copied, isSkipped: true } : copied;
}

/** A minute, and as long as 100 kB/s take. */
function writeMs(bytes: number): number {
  return Math.min(60_000 + bytes / 100, 2 ** 31 - 1);
}

function writeScript(file: {
  readonly path: string;
  readonly temporary: string;
  readonly mode: number;
  readonly bytes: number;
  readonly sha256: string;
}): string {
  return [
    sha256Function,
    sumProgram(status.noHash),
    `f=${quotePath(file.path)}; t=${quotePath(file.temporary)}`,
    `[ ! -d "$f" ] || { echo "there is a directory of that name" >&2; exit ${status.inTheWay}; }`,
    // A file renamed over /dev/null would break the host.
    `[ ! -e "$f" ] || [ -f "$f" ] || { echo "what is there is no regular file" >&2; exit ${status.inTheWay}; }`,
    `if ${isThere(file)}; then chmod ${file.mode.toString(8)} "$f" && echo same; exit; fi`,
    // Only its own temporary file is ever removed: noclobber makes it, or nothing does.
    'umask 077; set -C; : > "$t" || exit',
    'set +C; trap \'rm -f -- "$t"\' EXIT; trap "exit 1" HUP INT TERM',
    'cat > "$t" || exit',
    'd=$($sum < "$t") || exit',
    `[ "\${d%% *}" = ${file.sha256} ] || exit ${status.damaged}`,
    `chmod ${file.mode.toString(8)} "$t" && mv -f -- "$t" "$f" && trap - EXIT`,
  ].join('\n');
}

/** Shell text that is true where `$f` is the very file, and no link to one. */
export function isThere({ bytes, sha256 }: CopiedFile): string {
  const same = `[ "$(wc -c <"$f")" -eq ${bytes} ] && [ "$(sha256 <"$f")" = ${sha256} ]`;
  return `{ [ -f "$f" ] && [ ! -L "$f" ] && ${same}; } 2>/dev/null`;
}

async function digestOf(source: string | Uint8Array, what: string): Promise<CopiedFile> {
  const hash = createHash('sha256');
  if (typeof source !== 'string') return { bytes: source.length, sha256: hash.update(source).digest('hex') };
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(source)) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      hash.update(chunk);
    }
  } catch (error) {
    throw new FunbricError('input', `${source} can't be read to be sent to ${what}: ${messageOf(error)}`, {
      hint: 'check the path on this machine',
    });
  }
  return { bytes, sha256: hash.digest('hex') };
}
