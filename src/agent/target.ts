/**
 * Whether the directory under test still shows the file system that the run met on. Unmounted, or with something mounted
 * over it, it shows another one, and what is missing there was not lost.
 */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCodeOf } from '../model/errors.ts';
import { runFolderName } from '../model/namespace.ts';
import type { Mount } from '../model/mount.ts';
import { mountOf } from './mounts.ts';

/**
 * What happened to it, in words. Undefined while the run's folder is there, whatever it is mounted from by now (a snapshot
 * after a crash is what `--before-verify` is for), and where the mount is as it was: then what is missing is missing.
 */
export async function departureOf(
  { dir, run }: { readonly dir: string; readonly run: string },
  met: Mount | undefined,
): Promise<string | undefined> {
  if (met === undefined || !(await isAbsent(join(dir, runFolderName(run))))) return undefined;
  const now = mountOf(dir);
  if (now === undefined || (now.path === met.path && now.type === met.type && now.source === met.source)) {
    return undefined;
  }
  return `${dir} was on ${describe(met)} and is on ${describe(now)} now: what the run wrote is not to be seen there`;
}

async function isAbsent(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => false,
    (error: unknown) => errorCodeOf(error) === 'ENOENT',
  );
}

function describe({ path, type, source }: Mount): string {
  return `${path} (${type}, ${source})`;
}
