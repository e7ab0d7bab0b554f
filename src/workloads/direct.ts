/**
 * Reads and writes past the page cache (O_DIRECT), beside others that go through it. Not every file system has them, and
 * where they are, offset, length and memory have to be multiples of a unit: found out in setup, before a storm of errors.
 */
import { open, rm, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf, FunbricError } from '../model/errors.ts';
import { pageMemory } from './page-memory.ts';
import type { StressOptions } from './stress-options.ts';

/** Whether the next read or write goes past the cache. */
export function isDirect({ spec, random }: StressOptions): boolean {
  const share = spec.direct ?? 0;
  return share > 0 && random.below(100) < share;
}

export const directFlag = constants.O_DIRECT;

/** No disk has larger blocks, and no file system that we know asks for more. */
const maxUnitBytes = 65_536;

/** Tries it in a folder of ours; where it can't be done, says why, and what could be. */
export async function tryDirect(folder: string, chunkBytes: number): Promise<void> {
  if (process.platform !== 'linux') throw refused('only Linux has O_DIRECT');
  const path = join(folder, 'direct-io');
  try {
    const unit = await unitOf(path, chunkBytes);
    if (unit === chunkBytes) return;
    if (unit === undefined) throw refused(`${folder} is on a file system that has no O_DIRECT (EINVAL)`);
    throw new FunbricError(
      'input',
      `chunkBytes is ${chunkBytes}, but O_DIRECT, which "direct" asks for, needs multiples of ${unit} bytes in ${folder}: ` +
        `take chunks of at least that (--chunk ${unit})`,
    );
  } finally {
    await rm(path, { force: true });
  }
}

/** The least that can be written and read, from this on. */
async function unitOf(path: string, from: number): Promise<number | undefined> {
  for (let bytes = from; bytes <= Math.max(from, maxUnitBytes); bytes *= 2) {
    if (await canDo(path, bytes)) return bytes;
  }
  return undefined;
}

/** At an odd multiple, as an even one would be a multiple of twice as much. */
async function canDo(path: string, bytes: number): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDWR | constants.O_CREAT | directFlag, 0o600);
    const buffer = Buffer.from(pageMemory(bytes), 0, bytes);
    await file.write(buffer, 0, bytes, bytes);
    await file.read(buffer, 0, bytes, bytes);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'EINVAL') return false;
    throw error;
  } finally {
    await file?.close();
  }
}

function refused(why: string): FunbricError {
  return new FunbricError('input', `${why}, which the profile's "direct" asks for: take one without it for this host`);
}
