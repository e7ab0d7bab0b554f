/**
 * A new folder for runs that are about no disk: in memory, where there is room, else among the temporary files. A third of what two
 * agents take there is syncs and the journal of the disk, for which other tests wait as well.
 */
import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';
/** As statfs(2) tells a tmpfs. */
const tmpfsType = 0x01021994;
/** A run of a test has some megabytes, and several run at once; a container may give 64. */
const wantedBytes = 512 * 2 ** 20;

export function makeMemoryFolder(): string {
  return mkdtempSync(join(hasRoom() ? inMemory : tmpdir(), 'funbric-test-'));
}

function hasRoom(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(inMemory);
    return type === tmpfsType && bavail * bsize >= wantedBytes;
  } catch {
    return false;
  }
}
