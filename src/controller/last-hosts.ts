/**
 * What became of the hosts of the last command or run that was started in a folder, for --rerun: names and states, in a file
 * of the user's cache that nobody else can read. A rerun changes the states of its own hosts only, so that who is still
 * missing isn't forgotten.
 */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { hostStatuses } from '../model/result.ts';
import { privateFolder } from './load-tasks.ts';

const lastHostSchema = z.object({ name: z.string(), status: z.enum(hostStatuses) });
export type LastHost = Readonly<z.infer<typeof lastHostSchema>>;

const fileSchema = z.object({ version: z.literal(1), hosts: z.array(lastHostSchema) });

/** `cacheFolder`: a folder of ours, made where there is none; `folder`: where funbric was started. */
export interface LastHostsPlace {
  readonly cacheFolder: string;
  readonly folder: string;
}

/** Undefined: nothing was started here yet, or nothing is known of it any more. */
export function readLastHosts({ cacheFolder, folder }: LastHostsPlace): readonly LastHost[] | undefined {
  const cache = privateFolder(cacheFolder);
  if (cache === undefined) return undefined;
  try {
    const content: unknown = JSON.parse(readFileSync(join(cache, fileNameOf(folder)), 'utf8'));
    return fileSchema.safeParse(content).data?.hosts;
  } catch {
    return undefined;
  }
}

/** Throws what the system says where it can't be written. */
export function writeLastHosts({ cacheFolder, folder }: LastHostsPlace, hosts: readonly LastHost[]): void {
  const cache = privateFolder(cacheFolder);
  if (cache === undefined) throw new Error(`${cacheFolder} is not a folder of yours alone`);
  const path = join(cache, fileNameOf(folder));
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

function fileNameOf(folder: string): string {
  return `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.json`;
}
