/**
 * The folder of a run on the file system under test, `<dir>/funbric-<run>`: made with its marker in one step, shared by
 * all hosts, and removed again by whoever is last. Nothing is deleted in a folder that lacks our marker, and no link is
 * followed. Asynchronous, so that a file system that hangs leaves the agent's main thread free to say so.
 */
import { mkdir, lstat, open, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCodeOf, FunbricError, messageOf } from '../model/errors.ts';
import {
  foldersOfTree,
  markerFile,
  ownerOfArena,
  ownFolder,
  runFolderName,
  tokenPrefix,
  treeOf,
  type Arena,
} from '../model/namespace.ts';

export interface RunDirectory {
  readonly dir: string;
  readonly run: string;
  readonly host: number;
  readonly hosts: number;
  readonly workers: number;
  /** The trees that nobody owns. */
  readonly arenas?: readonly Arena[];
  /** What setup makes must survive a crash: else nothing below would. */
  readonly isSynced?: boolean;
}

/** Attribute caches of network file systems may hide for a while what another host made. */
const visibleMs = 5_000;
const pollMs = 100;

export function runPathOf({ dir, run }: { readonly dir: string; readonly run: string }): string {
  if (!/^[\w][\w.-]*$/.test(run))
    throw new FunbricError('input', `the run id ${JSON.stringify(run)} is no folder name`);
  return join(dir, runFolderName(run));
}

/** The run-wide numbers of a host's workers. */
export function workersOfHost({ host, workers }: { readonly host: number; readonly workers: number }): number[] {
  return Array.from({ length: workers }, (_, worker) => host * workers + worker);
}

/** Makes the run's folder, where no other host has, then this host's trees and its token. */
export async function makeRunDirectory(directory: RunDirectory, signal: AbortSignal): Promise<void> {
  const path = runPathOf(directory);
  await makeWithMarker(directory, path, signal);
  await makeFolder(join(path, ownFolder));
  for (const owner of [...workersOfHost(directory), ...(directory.arenas ?? []).map((arena) => ownerOfArena(arena))]) {
    signal.throwIfAborted();
    // A tree's eight folders are there from setup on; the journal starts with the stress.
    const tree = join(path, treeOf(owner));
    await makeFolder(tree);
    for (let folder = 0; folder < foldersOfTree; folder++) await makeFolder(join(tree, `d${folder}`));
  }
  await writeFile(join(path, tokenOf(directory.host)), tokenTextOf(directory, directory.host));
  if (directory.isSynced === true) await syncMade(directory, path);
}

/** From the leaves up, so that no entry lasts before what it names. */
async function syncMade(directory: RunDirectory, path: string): Promise<void> {
  const trees = workersOfHost(directory).map((owner) => join(path, treeOf(owner)));
  const files = [join(path, markerFile), join(path, tokenOf(directory.host))];
  for (const made of [...files, ...trees, join(path, ownFolder), path, directory.dir]) {
    try {
      await syncPath(made);
    } catch (error) {
      if (!noSync.has(errorCodeOf(error) ?? '')) throw error;
    }
  }
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What those answer that can't sync a folder, or one that somebody else made. */
const noSync: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EACCES', 'EPERM']);

/** The hosts whose tokens this host sees: all of them, or what there is after 5 s. */
export async function seeTokens(directory: RunDirectory, signal: AbortSignal): Promise<readonly number[]> {
  const path = runPathOf(directory);
  const missing = new Set(Array.from({ length: directory.hosts }, (_, host) => host));
  const deadline = performance.now() + visibleMs;
  for (;;) {
    for (const host of missing) if (await hasToken(directory, path, host)) missing.delete(host);
    if (missing.size === 0 || signal.aborted || performance.now() >= deadline) break;
    await sleep(pollMs);
  }
  return Array.from({ length: directory.hosts }, (_, host) => host).filter((host) => !missing.has(host));
}

/** Removes this host's trees and token, and with the last tree the whole folder. */
export async function removeRunDirectory(directory: RunDirectory): Promise<void> {
  const path = runPathOf(directory);
  await removeMarked(directory, newPathOf(directory, path));
  if (!(await isOurs(directory, path))) return;
  for (const worker of workersOfHost(directory)) await removeAll(join(path, treeOf(worker)));
  await rm(join(path, tokenOf(directory.host)), { force: true });
  const trees = new Set(
    Array.from({ length: directory.hosts * directory.workers }, (_, worker) =>
      treeOf(worker).slice(ownFolder.length + 1),
    ),
  );
  const left = await namesIn(join(path, ownFolder));
  // Where other hosts are at it too, the last of them, or the sweep, will have removed it.
  if (!left.some((name) => trees.has(name))) await removeWithOthers(directory, path);
}

/** Removes the whole folder of the run, whoever made what is in it. */
export async function sweepRunDirectory(directory: RunDirectory): Promise<void> {
  const path = runPathOf(directory);
  if (!(await isOurs(directory, path))) return;
  if (!(await removeWithOthers(directory, path)))
    throw new FunbricError('task', `${path} can't be removed: it changes all the time`);
}

/**
 * The folder is made under another name, with the marker in it, and then renamed: so no host ever sees it without. Where
 * another host was first the rename fails, as the folder isn't empty.
 */
async function makeWithMarker(directory: RunDirectory, path: string, signal: AbortSignal): Promise<void> {
  const fresh = newPathOf(directory, path);
  const parent = await lstat(directory.dir).catch((error: unknown) => {
    throw new FunbricError('input', `the directory under test ${directory.dir} can't be used: ${messageOf(error)}`, {
      hint: 'create it on every host, or mount what should be there',
    });
  });
  if (!parent.isDirectory() && !parent.isSymbolicLink()) {
    throw new FunbricError('input', `the directory under test ${directory.dir} is not a directory`);
  }
  if (await hasMarker(directory, path)) return;
  await makeFolder(fresh);
  await writeMarker(directory, fresh);
  const failure = await rename(fresh, path).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure === undefined) return;
  // First, as an NFS client remembers for half a minute that the folder was not there, and forgets it by a change of its own beside it.
  await removeMarked(directory, fresh);
  const deadline = performance.now() + visibleMs;
  while (!(await hasMarker(directory, path))) {
    if (performance.now() >= deadline) {
      throw new FunbricError('input', `${path} can't be made the run's folder: ${messageOf(failure)}`, {
        hint: `if something else is there, remove it; nothing is touched that lacks our ${markerFile}`,
      });
    }
    await sleep(pollMs, undefined, { signal });
  }
}

/** On a full file system the folder goes again: without the marker nobody else may remove it. */
async function writeMarker({ run }: RunDirectory, fresh: string): Promise<void> {
  const marker = join(fresh, markerFile);
  try {
    await writeFile(marker, `${run}\n`);
  } catch (error) {
    await rm(marker, { force: true }).catch(() => undefined);
    await rmdir(fresh).catch(() => undefined);
    throw error;
  }
}

/** Node's own `recursive` never comes back from a file system that answers ENOENT where the parent is there, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o755 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}

function newPathOf({ host }: RunDirectory, path: string): string {
  return `${path}.new-${host}`;
}

function tokenOf(host: number): string {
  return `${tokenPrefix}${host}`;
}

function tokenTextOf({ run }: RunDirectory, host: number): string {
  return `${run} ${host}\n`;
}

async function hasToken(directory: RunDirectory, path: string, host: number): Promise<boolean> {
  const text = await readFile(join(path, tokenOf(host)), 'utf8').catch(() => '');
  return text === tokenTextOf(directory, host);
}

async function hasMarker({ run }: RunDirectory, path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined || !stats.isDirectory()) return false;
  return (await readFile(join(path, markerFile), 'utf8').catch(() => '')) === `${run}\n`;
}

async function isThere(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    (error: unknown) => {
      if (isAbsent(error)) return false;
      throw error;
    },
  );
}

/** False: there is nothing. Throws where something is that isn't ours. */
async function isOurs(directory: RunDirectory, path: string): Promise<boolean> {
  if (!(await isThere(path))) return false;
  if (await hasMarker(directory, path)) return true;
  // Another host has just taken the marker out, and takes the folder next.
  if ((await namesIn(path)).length === 0) return false;
  throw new FunbricError('task', `nothing was removed: ${path} lacks our marker ${markerFile}`, {
    hint: 'look at what is there, and remove it by hand if it is of this run',
  });
}

async function removeMarked(directory: RunDirectory, path: string): Promise<void> {
  if (await hasMarker(directory, path)) await removeAll(path);
  // Without a marker it may only be the empty folder of a setup that was cut short.
  else await rmdir(path).catch(() => undefined);
}

/** Retries: on NFS a file that is still open on this host leaves a `.nfs` file behind for a moment. */
async function removeAll(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** For a folder to hold still: other hosts remove it too, and a file system that heals brings names back for seconds. */
const settleMs = 5_000;

/** False: it never held still, and has its marker, so that it can be removed later. */
async function removeWithOthers(directory: RunDirectory, path: string): Promise<boolean> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    try {
      await removeMarkerLast(path);
      return true;
    } catch (error) {
      if (!isRace(error)) throw error;
      if (!(await isThere(path))) return true;
    }
    if (performance.now() >= deadline) break;
    await sleep(pollMs);
  }
  await writeFile(join(path, markerFile), `${directory.run}\n`).catch(() => undefined);
  return false;
}

/** What lacks the marker is nobody's to remove, so it stays until there is nothing else. */
async function removeMarkerLast(path: string): Promise<void> {
  for (const name of await namesIn(path)) if (name !== markerFile) await removeAll(join(path, name));
  await rm(join(path, markerFile), { force: true });
  await rmdir(path);
}

/** What a folder answers that another host removes under our hands: on network file systems also ESTALE, which Node has no name for. */
function isRace(error: unknown): boolean {
  const errno = error instanceof Error && 'errno' in error ? Math.abs(Number(error.errno)) : 0;
  return errno === constants.errno.ENOTEMPTY || errno === constants.errno.ENOENT || errno === constants.errno.ESTALE;
}

async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
}

function isAbsent(error: unknown): boolean {
  return errorCodeOf(error) === 'ENOENT';
}
