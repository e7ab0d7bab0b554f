/**
 * A file or a folder to a host. A folder's content becomes that of the remote one, which is made where it is missing; what is
 * there beside it stays. The host says what it has; of the rest small files go many at a time, as tar into a folder of ours
 * inside, where their sha256 is compared before they are moved to their places.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { FunbricError } from '../../model/errors.ts';
import { printable } from '../printable.ts';
import { runScript, streamScript } from '../script.ts';
import { pathFrom, quote, quotePath } from '../shell.ts';
import type { Connection } from '../transport.ts';
import { resumeBytes, type CopiedPath, type CopyOptions } from './copied.ts';
import { damaged, requireSuccess, status } from './failures.ts';
import { ListingReader, listHere, listingPrologue, type Listing } from './listing.ts';
import { readLocalTree, type LocalDigests, type LocalFile, type LocalTree } from './local-tree.ts';
import { writeRemoteFile } from './one-file.ts';
import { putLargeFile } from './put-large.ts';
import { tarStream } from './tar.ts';

export interface PutOptions extends CopyOptions {
  readonly digests: LocalDigests;
  /** Of all files, instead of the mode that each has here. */
  readonly mode?: number | undefined;
}

/** `remotePath` is the file or folder itself. */
export async function putPath(
  connection: Connection,
  localPath: string,
  remotePath: string,
  options: PutOptions,
): Promise<CopiedPath> {
  const tree = await readLocalTree(localPath, options.digests);
  const { mode } = options;
  const files = mode === undefined ? tree.files : tree.files.map((file) => ({ ...file, mode }));
  const [first] = files;
  if (tree.isFile && first !== undefined) return await putFile(connection, first, remotePath, options);
  return await putFolder(connection, { ...tree, files }, remotePath, options);
}

async function putFile(
  connection: Connection,
  file: LocalFile,
  remotePath: string,
  options: CopyOptions,
): Promise<CopiedPath> {
  const sent = await sendFile(connection, file, remotePath, options);
  const isSkipped = sent === undefined;
  return { files: isSkipped ? 0 : 1, skipped: isSkipped ? 1 : 0, bytes: sent ?? 0, notes: [] };
}

/** Bytes that were sent; undefined where the host had the file. */
async function sendFile(
  connection: Connection,
  file: LocalFile,
  remotePath: string,
  { signal, onBytes }: CopyOptions,
): Promise<number | undefined> {
  const { mode, place, bytes, sha256 } = file;
  if (bytes >= resumeBytes) return await putLargeFile(connection, file, remotePath, { mode, signal, onBytes });
  const known = { bytes, sha256 };
  const { isSkipped } = await writeRemoteFile(connection, place, remotePath, { mode, signal, known });
  return isSkipped === true ? undefined : bytes;
}

async function putFolder(
  connection: Connection,
  tree: LocalTree,
  remotePath: string,
  options: CopyOptions,
): Promise<CopiedPath> {
  const target = {
    connection,
    remotePath,
    what: `${connection.name}:${printable(remotePath)}`,
    signal: options.signal,
  };
  const there = await whatIsThere(target, tree);
  const found = new Map(there.files.map((file) => [file.path, file]));
  const wanted = tree.files.filter((file) => {
    const { sha256, mode } = found.get(asBytes(file.path)) ?? {};
    return sha256 !== file.sha256 || mode !== file.mode;
  });
  const foundFolders = new Set(there.folders);
  const folders = tree.folders.filter((path) => !foundFolders.has(asBytes(path)));
  const small = wanted.filter((file) => file.bytes < resumeBytes);
  let bytes = 0;
  for (const batch of batchesOf({ links: tree.links, folders, files: small })) {
    await putBatch(target, batch);
    bytes += sizeOf(batch.files);
    options.onBytes?.(bytes);
  }
  for (const file of wanted.filter((one) => one.bytes >= resumeBytes)) {
    const before = bytes;
    const onBytes = (sent: number): void => options.onBytes?.(before + sent);
    bytes += (await sendFile(connection, file, pathFrom(remotePath, file.path), { ...options, onBytes })) ?? 0;
  }
  return { files: wanted.length, skipped: tree.files.length - wanted.length, bytes, notes: [] };
}

/** Names go out as UTF-8 and come back as bytes. */
function asBytes(path: string): string {
  return Buffer.from(path).toString('latin1');
}

interface Target {
  readonly connection: Connection;
  readonly remotePath: string;
  /** Host and path, for messages. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** What the host has of the files and folders that are to be sent. */
async function whatIsThere(target: Target, { files, folders }: LocalTree): Promise<Listing> {
  // Keeps of its arguments what is a regular file, and no link; folders it says at once.
  const choose = [
    'n=$#; while [ $n -gt 0 ]; do p=$1; shift; n=$((n-1))',
    '  if [ -L "$p" ]; then :; elif [ -f "$p" ]; then set -- "$@" "$p"',
    String.raw`  elif [ -d "$p" ]; then printf 'd%s\0' "$p"; fi`,
    'done; [ $# -gt 0 ] || exit 0; eval "$files"',
  ].join('\n');
  const script = [
    listingPrologue(status.noHash, quote),
    `t=${quotePath(target.remotePath)}; export files`,
    `[ -d "$t" ] || { if [ -e "$t" ] || [ -L "$t" ]; then echo "it is no folder" >&2; exit ${status.inTheWay}; fi; mkdir -p -- "$t" && printf '.0\\0'; exit; }`,
    'cd -- "$t" || exit',
    `xargs -0 -n 500 sh -c ${quote(choose)} sh || exit`,
    String.raw`printf '.0\0'`,
  ].join('\n');
  const names = Buffer.from([...files.map(({ path }) => path), ...folders].map((path) => `./${path}\0`).join(''));
  return await listed(target, script, () => Readable.from([names]));
}

async function listed(target: Target, script: string, stdin: () => Readable): Promise<Listing> {
  const { connection, what, signal } = target;
  const reader = new ListingReader(what);
  let listing: Listing | undefined;
  let complaint = '';
  const exit = await streamScript(connection, script, {
    signal,
    stdin,
    onStdout: (chunk) => {
      listing ??= reader.take(chunk)?.listing;
    },
    onStderr: (chunk) => {
      if (complaint.length < maxTextLength) complaint += chunk.toString();
    },
  });
  requireSuccess(exit, { what, did: 'written', complaint });
  if (listing === undefined) throw damaged(what, 'the host did not say what it has');
  return listing;
}

/** For what a script has to say in words. */
const maxTextLength = 4096;

/** What arrives in one piece: a put that was cut off goes on behind the last whole one. */
const batchBytes = 32 << 20;
const batchEntries = 5000;

type Batch = Pick<LocalTree, 'files' | 'folders' | 'links'>;

/** Folders and links are in the first. */
function batchesOf({ files, folders, links }: Batch): readonly Batch[] {
  const batches: { files: LocalFile[]; folders: readonly string[]; links: LocalTree['links'] }[] = [
    { files: [], folders, links },
  ];
  for (const file of files) {
    const last = batches.at(-1);
    const isFull = last === undefined || last.files.length >= batchEntries || sizeOf(last.files) > batchBytes;
    if (isFull) batches.push({ files: [file], folders: [], links: [] });
    else last.files.push(file);
  }
  return batches.filter((batch) => batch.files.length + batch.folders.length + batch.links.length > 0);
}

function sizeOf(files: readonly LocalFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function putBatch(target: Target, batch: Batch): Promise<void> {
  const stage = `.funbric-${randomBytes(8).toString('hex')}.part`;
  try {
    const arrived = await listed(target, stageScript(target.remotePath, stage), () =>
      Readable.from(inPieces(tarStream(batch))),
    );
    const there = new Map(arrived.files.map((file) => [file.path, file.sha256]));
    const missing = batch.files.find(({ path, sha256 }) => there.get(asBytes(path)) !== sha256);
    if (missing !== undefined)
      throw damaged(`${target.what}/${printable(missing.path)}`, 'its sha256 differs on the host');
  } catch (error) {
    await sweep(target, stage);
    throw error;
  }
  await settle(target, stage);
}

/** Bytes for the channel: one write a file would be many small packets. */
async function* inPieces(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    length += piece.length;
    if (length < 256 << 10) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    length = 0;
  }
  yield Buffer.concat(pieces);
}

function stageScript(remotePath: string, stage: string): string {
  return [
    listingPrologue(status.noHash, quote),
    `command -v tar >/dev/null 2>&1 || { echo "there is no tar on the host, which a folder takes" >&2; exit ${status.noTar}; }`,
    `t=${quotePath(remotePath)}; export files`,
    'mkdir -p -- "$t" && cd -- "$t" || exit',
    `umask 077; mkdir -- ${stage} && cd ${stage} || exit`,
    // With the modes that were sent, as new files of who unpacks them.
    'tar -x -p -o -m -f - || exit',
    listHere,
  ].join('\n');
}

/** A folder is made where it is missing; a file replaces a file, never a folder. */
async function settle(target: Target, stage: string): Promise<void> {
  const move = 'T=$0; mv -f -- "$@" "$T/"';
  const folders = [
    'for d do mkdir -p -- "$T/$d" || exit',
    `find "$d/." ! -name . -prune ! -type d -exec sh -c ${quote(move)} "$T/$d" {} + || exit`,
    'done',
  ].join('\n');
  const script = [
    `cd -- ${quotePath(target.remotePath)} || exit`,
    // By a variable, as find takes only one {} in the words of a command.
    `T=$PWD; folders=${quote(folders)}; export T folders; umask 022`,
    `cd ${stage} && find . -type d -exec sh -c 'eval "$folders"' sh {} +`,
    `e=$?; cd "$T" && rm -rf -- ${stage}; exit $e`,
  ].join('\n');
  const { connection, what, signal } = target;
  const result = await runScript(connection, script, { signal, timeoutMs: settleMs, maxOutputBytes: maxTextLength });
  requireSuccess(result.exit, { what, did: 'written', complaint: result.stderr.toString() });
}

/** To rename what is there already; a slow network file system gets its time. */
const settleMs = 30 * 60_000;
const sweepMs = 60_000;

/** What can't be removed is said by the failure that made it necessary. */
async function sweep({ connection, remotePath }: Target, stage: string): Promise<void> {
  const script = `cd -- ${quotePath(remotePath)} && rm -rf -- ${stage}`;
  const options = { signal: AbortSignal.timeout(sweepMs), timeoutMs: sweepMs, maxOutputBytes: maxTextLength };
  await runScript(connection, script, options).catch((error: unknown) => {
    if (!(error instanceof FunbricError) && !(error instanceof DOMException)) throw error;
  });
}
