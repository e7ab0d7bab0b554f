/** A file or folder of this machine, as it is to be put on hosts: everything in it, links as links. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants, createReadStream, type BigIntStats, type Stats } from 'node:fs';
import { access, lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FunbricError, messageOf } from '../../model/errors.ts';

export interface LocalFile {
  /** Below the folder, with `/` between names; '' for the file itself. */
  readonly path: string;
  /** On this machine. */
  readonly place: string;
  readonly mode: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface LocalTree {
  /** What was named is itself a file: then that is all. */
  readonly isFile: boolean;
  readonly files: readonly LocalFile[];
  readonly folders: readonly string[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
}

/** The sha256 of local files, computed once for all hosts, as long as a file stays the same one. */
export class LocalDigests {
  readonly #known = new Map<string, Promise<string>>();

  async of(place: string, { dev, ino, size, mtimeNs }: BigIntStats): Promise<string> {
    const key = `${dev} ${ino} ${size} ${mtimeNs} ${place}`;
    const known = this.#known.get(key) ?? digestOf(place);
    this.#known.set(key, known);
    return known;
  }
}

/** Throws FunbricError `input` that names what can't be sent, before any host is asked for anything. */
export async function readLocalTree(path: string, digests: LocalDigests): Promise<LocalTree> {
  const found = { files: new Array<LocalFile>(), folders: new Array<string>(), links: new Array<LocalLink>() };
  try {
    // What is named may be a link; what lies in it is copied as one.
    const top = await stat(path, { bigint: true });
    if (top.isDirectory()) await walk(path, '', found, digests);
    else found.files.push(await fileOf(path, '', top, digests));
    return { ...found, isFile: !top.isDirectory() };
  } catch (error) {
    if (error instanceof FunbricError) throw error;
    throw new FunbricError('input', `${path} can't be read to be sent: ${messageOf(error)}`, {
      hint: 'check the path on this machine',
    });
  }
}

/** Looks at all of it and reads none: what can't be sent is said before anyone waits for a host. */
export async function requireSendable(path: string): Promise<void> {
  try {
    await look(path, await stat(path));
  } catch (error) {
    throw new FunbricError('usage', `${path} can't be put on hosts: ${messageOf(error)}`, {
      hint: 'check the path on this machine: nothing was done yet',
    });
  }
}

async function look(place: string, entry: Stats): Promise<void> {
  if (entry.isSymbolicLink()) return;
  if (!entry.isDirectory() && !entry.isFile()) throw notSendable(place);
  await access(place, constants.R_OK);
  if (!entry.isDirectory()) return;
  for (const name of await namesIn(place)) await look(join(place, name), await lstat(join(place, name)));
}

type LocalLink = LocalTree['links'][number];

interface Found {
  readonly files: LocalFile[];
  readonly folders: string[];
  readonly links: LocalLink[];
}

async function walk(root: string, folder: string, found: Found, digests: LocalDigests): Promise<void> {
  for (const name of await namesIn(join(root, folder))) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const place = join(root, path);
    const entry = await lstat(place, { bigint: true });
    if (entry.isDirectory()) {
      found.folders.push(path);
      await walk(root, path, found, digests);
    } else if (entry.isSymbolicLink()) found.links.push({ path, target: await readlink(place) });
    else found.files.push(await fileOf(place, path, entry, digests));
  }
}

/** In order. A name that isn't UTF-8 would be asked for by another, which isn't there. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { encoding: 'buffer' });
  const strange = names.find((name) => !isUtf8(name));
  if (strange === undefined) return names.map(String).sort();
  // The bytes as they are, so that a shell's $'...' finds it.
  const shown = strange
    .toString('latin1')
    .replace(/[^ -~]/g, (one) => `\\x${Buffer.from(one, 'latin1').toString('hex')}`);
  throw new FunbricError('input', `${folder}/${shown}: its name is not UTF-8`, {
    hint: 'rename it: hosts would get another name',
  });
}

async function fileOf(place: string, path: string, entry: BigIntStats, digests: LocalDigests): Promise<LocalFile> {
  if (!entry.isFile()) throw notSendable(place);
  const sha256 = await digests.of(place, entry);
  return { path, place, mode: Number(entry.mode) & 0o777, bytes: Number(entry.size), sha256 };
}

function notSendable(place: string): FunbricError {
  return new FunbricError('input', `${place} can't be sent: it is neither a file, a folder nor a link`, {
    hint: 'pipes, sockets and devices have no content to copy: move it away',
  });
}

async function digestOf(place: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(place)) if (Buffer.isBuffer(chunk)) hash.update(chunk);
  return hash.digest('hex');
}
