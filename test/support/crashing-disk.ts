/**
 * A file system of its own on a loop device, that can be crashed as by a power cut: it is shut down with all that it has not
 * written, unmounted, and mounted again from what is on its disk.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const crashable = ['ext4', 'xfs'] as const;
export type Crashable = (typeof crashable)[number];

/** The least that mkfs.xfs takes. */
const imageBytes = 320 << 20;

export interface CrashingDisk extends Disposable {
  /** Where it is mounted. */
  readonly point: string;
  /** Commands for a shell. */
  readonly crash: string;
  readonly remount: string;
}

/** Why these can't be had here; false where they can. */
export function crashingDiskReason(type: Crashable, folder: string): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'loop devices take root on Linux';
  if (!['/usr/sbin', '/sbin'].some((path) => existsSync(join(path, `mkfs.${type}`)))) return `no mkfs.${type} here`;
  if (spawnSync('/usr/bin/perl', ['-v']).status !== 0)
    return 'no perl here, for the ioctl that shuts a file system down';
  try {
    openCrashingDisk(type, join(folder, 'try'))[Symbol.dispose]();
    return false;
  } catch (error) {
    return `no ${type} on a loop device here: ${String(error)}`;
  }
}

export function openCrashingDisk(type: Crashable, folder: string): CrashingDisk {
  mkdirSync(folder, { recursive: true });
  const image = join(folder, 'image');
  const point = join(folder, 'point');
  mkdirSync(point, { recursive: true });
  writeFileSync(image, '');
  truncateSync(image, imageBytes);
  run(`mkfs.${type} -q ${type === 'ext4' ? '-F' : '-f'} '${image}'`);
  const mount = `mount -t ${type} -o loop${type === 'xfs' ? ',nouuid' : ''} '${image}' '${point}'`;
  run(mount);
  // FS_IOC_SHUTDOWN, without a last write of the log; the first argument is where it is mounted.
  const shutDown = `/usr/bin/perl -e 'open(F, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl(F, 0x8004587d, $how) or die $!' '${point}'`;
  return {
    point,
    // From a copy, because somebody's mount namespace may still hold the one that is shut down.
    crash: `${shutDown} && umount -l '${point}' && cp --sparse=always '${image}' '${image}.kept' && mv '${image}.kept' '${image}' && ${mount}`,
    remount: `umount -l '${point}' && ${mount}`,
    [Symbol.dispose]: () => void spawnSync('umount', ['-l', point]),
  };
}

export function run(command: string): void {
  const { status, stderr } = spawnSync('/bin/sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin; ${command}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command}: ${stderr.trim()}`);
}
