/**
 * A file or a folder from a host, in one command: it lists what there is, is told what of it is wanted, and sends that. A
 * file is here whole and with the sha256 that the host said, or not at all; what is here already isn't sent again, and a
 * large file that was cut off goes on. Links are never followed, and no name from the host becomes a path here as it is.
 */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { errorCodeOf, FunbricError, messageOf } from '../../model/errors.ts';
import { makeFolders } from '../make-folders.ts';
import { printable } from '../printable.ts';
import { streamScript } from '../script.ts';
import { quote, quotePath } from '../shell.ts';
import type { Connection } from '../transport.ts';
import type { CopiedPath, CopyOptions } from './copied.ts';
import { requireSuccess, status } from './failures.ts';
import { IncomingFile, isHere, offsetOf, requireReplaceable, type Wanted } from './incoming-file.ts';
import { ListingReader, listHere, listingPrologue, oddFunction, sumProgram, type Listing } from './listing.ts';
import { localPaths } from './local-names.ts';

export interface GetOptions extends CopyOptions {
  /** Of all files together. */
  readonly maxBytes: number;
}

/** `localPath` is the file or folder itself; folders above it are made. Throws FunbricError `task` where some files couldn't be copied; the others are here. */
export async function getPath(
  connection: Connection,
  remotePath: string,
  localPath: string,
  options: GetOptions,
): Promise<CopiedPath> {
  const what = `${connection.name}:${printable(remotePath)}`;
  const mark = randomBytes(16).toString('hex');
  const answer = new PassThrough();
  const listing = new ListingReader(what);
  let receiver: Receiver | undefined;
  let complaint = '';
  try {
    const exit = await streamScript(connection, getScript(remotePath, mark), {
      signal: options.signal,
      stdin: () => answer,
      onStdout: async (chunk) =>
        hereAt(localPath, async () => {
          if (receiver !== undefined) return receiver.take(chunk);
          const listed = listing.take(chunk);
          if (listed === undefined) return;
          receiver = await openReceiver(listed.listing, { ...options, what, localPath, mark });
          answer.end(receiver.request());
          await receiver.take(listed.rest);
        }),
      onStderr: (chunk) => {
        if (complaint.length < maxComplaint) complaint += chunk.toString();
      },
    });
    requireSuccess(exit, { what, did: 'read', complaint });
    if (receiver === undefined) throw cutOff(what);
    return receiver.result(complaint);
  } finally {
    answer.destroy();
    await receiver?.close();
  }
}

/** What this machine's file system refuses is no fault of the host. */
async function hereAt(localPath: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof FunbricError) throw error;
    throw new FunbricError('input', `${localPath} can't be written on this machine: ${messageOf(error)}`, {
      hint: 'make room there, or copy to another folder',
      cause: error,
    });
  }
}

/** For what a script has to say in words. */
const maxComplaint = 4096;

/** Of a folder wanted files come by their numbers of bytes to leave out and to send, then the path, between NULs. */
function getScript(path: string, mark: string): string {
  const send = [
    'for w do',
    '  o=${w%% *}; w=${w#* }; n=${w%% *}; w=${w#* }',
    '  if [ "$o" = 0 ]; then head -c "$n" <"$w"; else tail -c +$((o+1)) <"$w" | head -c "$n"; fi',
    `  printf %s ${mark}`,
    'done',
  ].join('\n');
  return [
    `f=${quotePath(path)}`,
    `[ -e "$f" ] || { echo "no such file" >&2; exit ${status.notAFile}; }`,
    `if [ -f "$f" ]; then\n${sendFile(mark)}\nfi`,
    listingPrologue(status.noHash, quote),
    `[ -d "$f" ] || { echo "neither a file nor a folder" >&2; exit ${status.notAFile}; }`,
    'cd -- "$f" || exit',
    listHere,
    `exec xargs -0 -n 500 sh -c ${quote(send)} sh`,
  ].join('\n');
}

/** Shell text for a file alone, which takes half the processes: two numbers on a line are all that is asked for. */
function sendFile(mark: string): string {
  return [
    sumProgram(status.noHash),
    's=$(stat -L -c "%a %s" -- "$f" 2>/dev/null) || s=$(stat -L -f "%Lp %z" -- "$f" 2>/dev/null) || s=',
    'n=${s#* }; h=',
    '[ -z "$s" ] || [ ! -r "$f" ] || h=$(head -c "$n" <"$f" | $sum)',
    oddFunction,
    String.raw`if [ -n "$h" ] && odd "$f"; then printf 'F\0v\0.0\0'; elif [ -n "$h" ]; then printf 'F\0f1\0%s\0%s\0\0.0\0' "$s" "$h"; else printf 'F\0e\0.0\0'; fi`,
    'read -r o n || exit 0',
    'if [ "$o" = 0 ]; then head -c "$n" <"$f"; else tail -c +$((o+1)) <"$f" | head -c "$n"; fi',
    `printf %s ${mark}`,
    'exit',
  ].join('\n');
}

interface Target extends GetOptions {
  readonly what: string;
  readonly localPath: string;
  readonly mark: string;
}

/** Makes the folders, and finds out what is still wanted. */
async function openReceiver(listing: Listing, target: Target): Promise<Receiver> {
  const { what, localPath, maxBytes } = target;
  if (listing.files.reduce((sum, { bytes }) => sum + bytes, 0) > maxBytes) {
    throw new FunbricError('limit', `${what}: larger than the ${maxBytes} bytes that are taken`, {
      hint: 'is it what was meant? It was left on the host',
    });
  }
  const paths = localPaths([...listing.folders, ...listing.files.map(({ path }) => path)]);
  const placeOf = (path: string): string => (listing.isFile ? localPath : join(localPath, paths.get(path) ?? ''));
  await makeFolders(listing.isFile ? dirname(localPath) : localPath);
  // A folder comes before what is in it.
  for (const folder of [...listing.folders].sort()) await makeFolder(placeOf(folder));
  const wanted: Wanted[] = [];
  for (const file of listing.files) {
    const place = placeOf(file.path);
    await requireReplaceable(place);
    if (!(await isHere(place, file))) wanted.push({ ...file, place, offset: await offsetOf(place, file) });
  }
  return new Receiver(listing, wanted, target);
}

/** Below the folder that we were given a link is in the way: nothing may lead out of it. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCodeOf(error) !== 'EEXIST') throw error;
  }
  if ((await lstat(path)).isDirectory()) return;
  throw new FunbricError('input', `${path}: there is something else where a folder is to be made`, {
    hint: 'move it away, or copy to another folder',
  });
}

function cutOff(what: string): FunbricError {
  return new FunbricError('lost', `${what}: the host ended before it sent everything`, {
    hint: 'what is here is whole; try again, and only the rest is sent',
  });
}

/** Takes the wanted files, one after the other, each with the mark behind it. */
class Receiver {
  readonly #listing: Listing;
  readonly #wanted: readonly Wanted[];
  readonly #target: Target;
  readonly #changed: string[] = [];
  #turn = 0;
  #file: IncomingFile | undefined;
  #left: number;
  #mark = '';
  #bytes = 0;

  constructor(listing: Listing, wanted: readonly Wanted[], target: Target) {
    this.#listing = listing;
    this.#wanted = wanted;
    this.#target = target;
    this.#left = leftOf(wanted[0]);
  }

  /** What is wanted, for the script. */
  request(): Buffer {
    const { isFile } = this.#listing;
    const words = this.#wanted.map((file) => `${file.offset} ${leftOf(file)}${isFile ? '\n' : ` ./${file.path}\0`}`);
    return Buffer.from(words.join(''), 'latin1');
  }

  async take(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      const wanted = this.#wanted[this.#turn];
      if (wanted === undefined) throw this.#strange('it sent more than was asked for');
      this.#file ??= await IncomingFile.open(wanted);
      if (this.#left > 0) {
        const piece = chunk.subarray(at, at + this.#left);
        await this.#file.write(piece);
        this.#left -= piece.length;
        at += piece.length;
        this.#bytes += piece.length;
        this.#target.onBytes?.(this.#bytes);
      } else {
        const end = at + this.#target.mark.length - this.#mark.length;
        this.#mark += chunk.toString('latin1', at, end);
        at = end;
        if (this.#mark.length === this.#target.mark.length) await this.#next(wanted, this.#file);
      }
    }
  }

  async #next(wanted: Wanted, file: IncomingFile): Promise<void> {
    if (this.#mark !== this.#target.mark) throw this.#strange(`${shown(wanted.path)} shrank while it was read`);
    if (!(await file.finish())) this.#changed.push(wanted.path);
    // Only now: what fails before it is given up, with its part.
    this.#file = undefined;
    this.#turn++;
    this.#mark = '';
    this.#left = leftOf(this.#wanted[this.#turn]);
  }

  #strange(how: string): FunbricError {
    return new FunbricError('task', `${this.#target.what}: ${how}`, {
      hint: 'what is here is whole; try again, and only the rest is sent',
    });
  }

  /** What was cut off is kept where it is worth going on with. */
  async close(): Promise<void> {
    await this.#file?.giveUp();
  }

  result(complaint: string): CopiedPath {
    const { files, links, others, unreadable, sizeless, isWhole } = this.#listing;
    if (this.#turn < this.#wanted.length) throw cutOff(this.#target.what);
    const problems = [
      ...(isWhole ? [] : [`not all of it can be listed: ${printable(complaint.trim())}`]),
      ...describe(unreadable, "can't be read there"),
      ...describe(sizeless, 'its size is not that of its content, as in /proc and /sys: `-- cat` shows it'),
      ...describe(this.#changed, 'changed while it was read'),
    ];
    if (problems.length > 0) {
      const rest = `${files.length - this.#changed.length} files are here`;
      throw new FunbricError('task', `${this.#target.what}: ${problems.join('; ')}; ${rest}`, {
        hint: "a file that changes all the time is got by itself; what can't be read may be with --sudo",
      });
    }
    const notes = [...describe(links, 'links, left out'), ...describe(others, 'no regular files, left out')];
    const skipped = files.length - this.#wanted.length;
    return { files: this.#wanted.length, bytes: this.#bytes, skipped, notes };
  }
}

function leftOf(file: Wanted | undefined): number {
  return file === undefined ? 0 : file.bytes - file.offset;
}

/** Some of them, and how many there are. */
function describe(paths: readonly string[], what: string): readonly string[] {
  if (paths.length === 0) return [];
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return [`${paths.slice(0, 3).map(shown).join(', ')}${more}: ${what}`];
}

function shown(path: string): string {
  return path === '' ? 'it' : JSON.stringify(printable(Buffer.from(path, 'latin1').toString()));
}
