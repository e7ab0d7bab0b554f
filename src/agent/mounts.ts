/** Which file system holds a path, as Linux tells in /proc/self/mountinfo. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { mountAt, parseMounts } from '../model/mountinfo.ts';
import type { Mount } from '../model/mount.ts';

/** Undefined where nothing tells, as on macOS. */
export function mountOf(path: string): Mount | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined;
  }
  return mountAt(parseMounts(text), realPathOf(path));
}

export function isSameMount(a: Mount | undefined, b: Mount | undefined): boolean {
  return a !== undefined && b !== undefined && a.path === b.path;
}

/** Of what is there of it, with links followed. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : realPathOf(parent);
  }
}
