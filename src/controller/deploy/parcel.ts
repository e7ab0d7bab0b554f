/** A runtime as it is sent: hashed once, and compressed once where a host needs it, however many hosts it goes to. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { FunbricError, messageOf } from '../../model/errors.ts';

export interface Parcel {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What goes over the line. */
export interface Load {
  readonly path: string;
  readonly bytes: number;
  readonly isPacked: boolean;
}

export interface Packer extends AsyncDisposable {
  parcelOf(path: string): Promise<Parcel>;
  /** Gives the compressed file, which lives as long as this does. */
  pack(parcel: Parcel): Promise<Load>;
}

export function makePacker(): Packer {
  const parcels = new Map<string, Promise<Parcel>>();
  const packed = new Map<string, Promise<Load>>();
  let folder: Promise<string> | undefined;
  return {
    parcelOf: (path) => once(parcels, path, () => hashed(path)),
    pack: ({ path, sha256 }) =>
      once(packed, sha256, async () => {
        // In a file, because memory is for hundreds of hosts.
        folder ??= mkdtemp(join(tmpdir(), 'funbric-runtime-'));
        return await compressed(path, join(await folder, `${sha256}.gz`));
      }),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(packed.values());
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** Many hosts ask at the same time: all wait for the first one's answer. */
function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

async function hashed(path: string): Promise<Parcel> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: chunkBytes }), hash);
    return { path, sha256: hash.digest('hex'), bytes: (await stat(path)).size };
  } catch (error) {
    throw new FunbricError('deploy', `the Node.js for hosts can't be read: ${messageOf(error)}`, {
      hint: `is ${path} whole, and readable?`,
      cause: error,
    });
  }
}

const chunkBytes = 1 << 20;
/** The fastest: zlib's default saves a tenth of the bytes, and takes twice as long. */
const level = 1;

async function compressed(path: string, to: string): Promise<Load> {
  try {
    const from = createReadStream(path, { highWaterMark: chunkBytes });
    await pipeline(from, createGzip({ level }), createWriteStream(to, { mode: 0o600 }));
    return { path: to, bytes: (await stat(to)).size, isPacked: true };
  } catch (error) {
    throw new FunbricError('deploy', `the Node.js for hosts can't be packed: ${messageOf(error)}`, {
      hint: `is there room in ${tmpdir()}? TMPDIR names another folder`,
      cause: error,
    });
  }
}
