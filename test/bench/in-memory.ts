/** A folder of a file system that is memory, where there is one: what is slow there is the caller. */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

const place = '/dev/shm';
/** As statfs(2) tells a tmpfs. */
const tmpfsType = 0x01021994;

export async function inMemory(use: (folder: string) => Promise<void>, print: (line: string) => void): Promise<void> {
  if (!isTmpfs()) return print(`in memory: not measured: ${place} is no tmpfs here`);
  const folder = mkdtempSync(join(place, 'funbric-bench-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isTmpfs(): boolean {
  try {
    return statfsSync(place).type === tmpfsType;
  } catch {
    return false;
  }
}
