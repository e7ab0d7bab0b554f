/** The mounts of a host, as Linux tells them in /proc/self/mountinfo (proc_pid_mountinfo(5)). */
import type { Mount } from './mount.ts';

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

/** Spaces, tabs, newlines and backslashes are octal there; other bytes are as they are. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
