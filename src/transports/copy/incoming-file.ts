/**
 * A file on its way in: written beside its place under a name that follows from both, so that only the same content
 * ever goes on with it, and renamed when its sha256 is right.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCodeOf, FunbricError } from '../../model/errors.ts';
import { resumeBytes } from './copied.ts';
import type { ListedFile } from './listing.ts';

export interface Wanted extends ListedFile {
  /** Its path here. */
  readonly place: string;
  /** So many bytes of it are here from an earlier try. */
  readonly offset: number;
}

/** A file renamed over /dev/null would break this machine. Throws `input` where a device, a socket or a pipe is in the way. */
export async function requireReplaceable(place: string): Promise<void> {
  const found = await lstat(place).catch(() => undefined);
  if (found === undefined || found.isFile() || found.isSymbolicLink() || found.isDirectory()) return;
  throw new FunbricError('input', `${place}: what is there is no regular file, and is left as it is`, {
    hint: 'name another place for what is fetched',
  });
}

/** Whether the very content is here. */
export async function isHere(place: string, { bytes, sha256 }: ListedFile): Promise<boolean> {
  const found = await lstat(place).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== bytes) return false;
  return (await hashOf(place)).digest('hex') === sha256;
}

export async function offsetOf(place: string, file: ListedFile): Promise<number> {
  if (file.bytes < resumeBytes) return 0;
  const found = await lstat(partOf(place, file)).catch(() => undefined);
  return found?.isFile() === true && found.size <= file.bytes ? found.size : 0;
}

/** By place too: other hosts may send the very content to another name in the same folder. */
function partOf(place: string, { sha256 }: ListedFile): string {
  const key = createHash('sha256')
    .update(`${sha256}\0${basename(place)}`)
    .digest('hex')
    .slice(0, 32);
  return join(dirname(place), `.funbric-${key}.part`);
}

async function hashOf(path: string): Promise<ReturnType<typeof createHash>> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) if (Buffer.isBuffer(chunk)) hash.update(chunk);
  return hash;
}

export class IncomingFile {
  readonly #wanted: Wanted;
  readonly #part: string;
  readonly #handle: FileHandle;
  readonly #hash: ReturnType<typeof createHash>;
  #bytes: number;
  #isDiskFull = false;

  private constructor(wanted: Wanted, handle: FileHandle, hash: ReturnType<typeof createHash>) {
    this.#wanted = wanted;
    this.#part = partOf(wanted.place, wanted);
    this.#handle = handle;
    this.#hash = hash;
    this.#bytes = wanted.offset;
  }

  static async open(wanted: Wanted): Promise<IncomingFile> {
    const part = partOf(wanted.place, wanted);
    if (wanted.offset > 0) return new IncomingFile(wanted, await open(part, 'a'), await hashOf(part));
    await rm(part, { force: true });
    // Ours to write for now, whatever it may be later; never what its group and others may not see.
    return new IncomingFile(wanted, await open(part, 'wx', wanted.mode | 0o600), createHash('sha256'));
  }

  async write(chunk: Buffer): Promise<void> {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    try {
      for (let at = 0; at < chunk.length;) at += (await this.#handle.write(chunk, at)).bytesWritten;
    } catch (error) {
      this.#isDiskFull = ['ENOSPC', 'EDQUOT'].includes(errorCodeOf(error) ?? '');
      throw error;
    }
  }

  /** In its place; false, and nothing of it left, where it isn't what the host said. */
  async finish(): Promise<boolean> {
    const isRight = this.#bytes === this.#wanted.bytes && this.#hash.digest('hex') === this.#wanted.sha256;
    const { mode } = await this.#handle.stat();
    const wantedMode = mode & (this.#wanted.mode | 0o400) & 0o777;
    if (isRight && (mode & 0o777) !== wantedMode) await this.#handle.chmod(wantedMode);
    await this.#handle.close();
    if (isRight) await rename(this.#part, this.#wanted.place);
    else await rm(this.#part, { force: true });
    return isRight;
  }

  async giveUp(): Promise<void> {
    await this.#handle.close();
    // A part that fills the disk is in everybody's way.
    if (this.#isDiskFull || this.#wanted.bytes < resumeBytes) await rm(this.#part, { force: true });
  }
}
