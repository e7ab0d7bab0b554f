/**
 * Where a run's journal grows: a fresh folder of our own on a local disk. Never on a network mount, where it would be
 * under the same test or slow everything down.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { isNetworkMount } from '../model/consistency.ts';
import { FunbricError, messageOf } from '../model/errors.ts';
import type { Mount } from '../model/mount.ts';
import { isSameMount, mountOf } from './mounts.ts';

export interface WorkFolder {
  readonly path: string;
  /** What people should know about it. */
  readonly remark: string | undefined;
  remove(): void;
}

/** In the folder asked for, or in the first that will do; `mountAbove` tells which file system holds a path. */
export function makeWorkFolder(
  asked: string | undefined,
  target: Mount | undefined,
  mountAbove: (path: string) => Mount | undefined = mountOf,
): WorkFolder {
  const refusals: string[] = [];
  for (const parent of asked === undefined ? ['/var/tmp', os.tmpdir()] : [asked]) {
    const mount = mountAbove(parent);
    if (mount !== undefined && isNetworkMount(mount)) {
      refusals.push(`${parent} is on ${mount.type} (${mount.source}), not on a local disk`);
      continue;
    }
    try {
      // mkdtemp makes it 0700, under a name that was not there.
      const path = mkdtempSync(join(parent, 'funbric-'));
      return {
        path,
        remark: isSameMount(mount, target)
          ? `the work folder ${path} is on the same file system as the directory under test (${mount?.path ?? ''}): both share its speed and its space`
          : undefined,
        remove: () => rmSync(path, { recursive: true, force: true }),
      };
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  throw new FunbricError('deploy', `no folder for the journal: ${refusals.join('; ')}`, {
    hint: 'name a folder on a local disk with --work-dir',
  });
}
