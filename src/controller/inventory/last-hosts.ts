/**
 * What became of the hosts of the last command or run that was started in a folder, for --rerun: names and states, in a file
 * of the user's cache that nobody else can read. A rerun changes the states of its own hosts only, so that who is still
 * missing isn't forgotten.
 */
import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostStatus } from '../../model/result.ts';
import { privateFolder } from './private-folder.ts';

export interface LastHost {
  readonly name: string;
  readonly status: HostStatus;
}

/** `cacheFolder`: a folder of ours, made where there is none; `folder`: where funbric was started. */
export interface LastHostsPlace {
  readonly cacheFolder: string;
  readonly folder: string;
}

/** Throws what the system says where it can't be written. */
export function writeLastHosts({ cacheFolder, folder }: LastHostsPlace, hosts: readonly LastHost[]): void {
  const cache = privateFolder(cacheFolder);
  if (cache === undefined) throw new Error(`${cacheFolder} is not a folder of yours alone`);
  const path = lastHostsFile(cache, folder);
  const temporary = `${path}.${process.pid}`;
  try {
    const content = { version: 1, hosts: hosts.map(({ name, status }) => ({ name, status })) };
    writeFileSync(temporary, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function lastHostsFile(cache: string, folder: string): string {
  return join(cache, `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.json`);
}
