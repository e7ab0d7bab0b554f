/**
 * A root directory with next to nothing in it, as on small or old hosts: busybox for all commands, and the libc that is asked
 * for. A host is put into it by chroot, in a mount namespace of its own.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const busybox = '/bin/busybox';

export interface SmallRootOptions {
  /** The libraries that this process runs with; musl's loader; or a `getconf` that says an old version. */
  readonly libc: 'ours' | 'musl' | 'old glibc';
  /** Commands that it lacks. */
  readonly without?: readonly string[];
  /** Shared with the other hosts. */
  readonly directory: string;
}

/** Why tests that need such a root are skipped here; false where they run. */
export function smallRootReason(libc: SmallRootOptions['libc']): string | false {
  if (process.getuid?.() !== 0) return 'chroot takes root';
  if (!existsSync(busybox)) return 'no busybox here (Debian: busybox-static)';
  if (isDynamic(busybox)) return 'the busybox here is not static (Debian: busybox-static)';
  if (libc === 'musl' && muslLoader() === undefined) return 'no musl here (Debian: musl)';
  return false;
}

/** Gives the shell lines that put a host into it. */
export function makeSmallRoot(root: string, { libc, directory, without = [] }: SmallRootOptions): string {
  for (const folder of ['bin', 'lib', 'usr/bin', 'root', 'tmp', 'var/tmp', 'proc', 'dev', directory]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  cpSync(busybox, join(root, 'bin/busybox'));
  execFileSync('chroot', [root, '/bin/busybox', '--install', '-s', '/bin']);
  for (const command of without) rmSync(join(root, 'bin', command));
  if (libc === 'ours') {
    // busybox's own shell has all its commands built in, wherever their names lead to.
    rmSync(join(root, 'bin/sh'));
    for (const path of [...librariesOf('/bin/sh'), '/bin/sh']) copyInto(root, path);
    for (const path of librariesOf(process.execPath)) copyInto(root, path);
  }
  if (libc === 'musl') copyInto(root, muslLoader() ?? '');
  if (libc === 'old glibc') writeFileSync(join(root, 'bin/getconf'), '#!/bin/sh\necho glibc 2.17\n', { mode: 0o755 });
  return [
    `mount -t proc proc '${root}/proc'`,
    `mount --rbind /dev '${root}/dev'`,
    `mount --bind '${directory}' '${root}${directory}'`,
    `exec chroot '${root}' /bin/env -i HOME=/root PATH=/bin:/usr/bin /bin/sh -c "$SSH_ORIGINAL_COMMAND"`,
  ].join('\n');
}

function muslLoader(): string | undefined {
  const name = existsSync('/lib') ? readdirSync('/lib').find((one) => /^ld-musl-.*\.so\.1$/.test(one)) : undefined;
  return name === undefined ? undefined : `/lib/${name}`;
}

function isDynamic(program: string): boolean {
  try {
    return librariesOf(program).length > 0;
  } catch {
    return false;
  }
}

function librariesOf(program: string): readonly string[] {
  const said = execFileSync('ldd', [program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return [...said.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

function copyInto(root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  cpSync(realpathSync(path), join(root, path));
}
