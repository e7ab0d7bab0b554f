/** Folders that hold what is run: they are ours alone. */
import { lstatSync, mkdirSync } from 'node:fs';

/**
 * A folder that only we can write, made where it is missing: what lies in it will be run. Undefined where the place isn't
 * ours alone, or can't be made.
 */
export function privateFolder(path: string): string | undefined {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const stats = lstatSync(path);
    const isOurs = process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o077) === 0);
    return stats.isDirectory() && isOurs ? path : undefined;
  } catch {
    return undefined;
  }
}
