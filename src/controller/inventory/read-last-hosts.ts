/** What last-hosts.ts has written, read again: only --rerun does. */
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { hostStatuses } from '../../model/result.ts';
import { privateFolder } from './private-folder.ts';
import { lastHostsFile, type LastHost, type LastHostsPlace } from './last-hosts.ts';

const fileSchema = z.object({
  version: z.literal(1),
  hosts: z.array(z.object({ name: z.string(), status: z.enum(hostStatuses) })),
});

/** Undefined: nothing was started here yet, or nothing is known of it any more. */
export function readLastHosts({ cacheFolder, folder }: LastHostsPlace): readonly LastHost[] | undefined {
  const cache = privateFolder(cacheFolder);
  if (cache === undefined) return undefined;
  try {
    const content: unknown = JSON.parse(readFileSync(lastHostsFile(cache, folder), 'utf8'));
    return fileSchema.safeParse(content).data?.hosts;
  } catch {
    return undefined;
  }
}
