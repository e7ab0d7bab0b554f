/** A runtime as it is sent: read, hashed and compressed once, however many hosts it goes to. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { FunbricError, messageOf } from '../../model/errors.ts';

export interface Parcel {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly packedPath: string;
  readonly packedBytes: number;
}

export interface Packer extends AsyncDisposable {
  pack(path: string): Promise<Parcel>;
}

/** The compressed ones live as long as this does: in a folder of its own, because memory is for hundreds of hosts. */
export function makePacker(): Packer {
  const packed = new Map<string, Promise<Parcel>>();
  let folder: Promise<string> | undefined;
  return {
    async pack(path) {
      folder ??= mkdtemp(join(tmpdir(), 'funbric-runtime-'));
      const into = await folder;
      const packing = packed.get(path) ?? packInto(path, join(into, `${packed.size}.gz`));
      packed.set(path, packing);
      return await packing;
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(packed.values());
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** The fastest: zlib's default saves a tenth of the bytes, and takes twice as long. */
const level = 1;

async function packInto(path: string, packedPath: string): Promise<Parcel> {
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const to = createWriteStream(packedPath, { mode: 0o600 });
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), count, createGzip({ level }), to);
    const { size: packedBytes } = await stat(packedPath);
    return { path, sha256: hash.digest('hex'), bytes, packedPath, packedBytes };
  } catch (error) {
    throw new FunbricError('deploy', `the Node.js for hosts can't be packed: ${messageOf(error)}`, {
      hint: `is ${path} readable, and is there room in ${tmpdir()}? TMPDIR names another folder`,
      cause: error,
    });
  }
}
