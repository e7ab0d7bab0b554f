/** Which file system holds a path, as Linux tells in /proc/self/mountinfo (proc_pid_mountinfo(5)). */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Mount } from '../model/protocol.ts';

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

/** In the order in which they were mounted. */
export function parseMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [, , , , path, mountOptions] = before?.split(' ') ?? [];
    const [type, source, superOptions = ''] = after?.split(' ') ?? [];
    if (path === undefined || type === undefined || source === undefined) return [];
    const options = [...new Set([...(mountOptions ?? '').split(','), ...superOptions.split(',')])];
    return [
      {
        path: unescape(path),
        type,
        source: unescape(source),
        options: options.filter((option) => option !== '').map(unescape),
      },
    ];
  });
}

/** The longest mount point that holds the path; of several mounts on one point the last, which hides the others. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const isAbove = path === mount.path || mount.path === '/' || path.startsWith(`${mount.path}/`);
    if (isAbove && mount.path.length >= (best?.path.length ?? 0)) best = mount;
  }
  return best;
}

export function isSameMount(a: Mount | undefined, b: Mount | undefined): boolean {
  return a !== undefined && b !== undefined && a.path === b.path;
}

/** Spaces, tabs, newlines and backslashes are octal there; other bytes are as they are. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
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
