/**
 * A directory of every kind of file system that this machine can give: those that it has, images mounted on loop devices, and
 * one that another process serves.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../src/model/errors.ts';
import { startSshd } from '../support/sshd.ts';

export interface Directory {
  readonly path: string;
  /** Every operation goes over a network: a clean run there has a tenth of the operations. */
  readonly isSlow?: boolean;
  close(): Promise<void>;
}

/** Sparse: only what is written takes room. */
const imageBytes = 8 * 2 ** 30;

const images = [
  { type: 'xfs', make: ['mkfs.xfs', '-q'] },
  { type: 'btrfs', make: ['mkfs.btrfs', '-q'] },
] as const;

/** `folder` keeps the images. `onMissing` is told what can't be had, and why. */
export async function openDirectories(
  folder: string,
  onMissing: (reason: string) => void,
): Promise<readonly Directory[]> {
  const opened = ['/dev/shm', tmpdir()].filter((path) => existsSync(path)).map((path) => ownFolder(path));
  const mounts = {
    ...Object.fromEntries(
      images.map(({ type, make }) => [type, (): Directory => mountImage(join(folder, type), make)]),
    ),
    sshfs: async (): Promise<Directory> => await mountSshfs(join(folder, 'sshfs')),
  };
  for (const [type, mount] of Object.entries(mounts)) {
    try {
      opened.push(await mount());
    } catch (error) {
      onMissing(`${type}: ${messageOf(error)}`);
    }
  }
  return opened;
}

function ownFolder(path: string): Directory {
  const own = mkdtempSync(join(path, 'funbric-score-'));
  return { path: own, close: async () => rmSync(own, { recursive: true, force: true }) };
}

function mountImage(at: string, [program, ...options]: readonly [string, ...string[]]): Directory {
  requireProgram(program);
  const image = `${at}.img`;
  writeFileSync(image, '');
  truncateSync(image, imageBytes);
  execFileSync(program, [...options, image]);
  mkdirSync(at);
  execFileSync('mount', ['-o', 'loop', image, at]);
  return {
    path: at,
    async close() {
      execFileSync('umount', [at]);
      rmSync(image);
    },
  };
}

/** As people mount it: with its caches, and a server of its own. */
async function mountSshfs(at: string): Promise<Directory> {
  requireProgram('sshfs');
  const sshd = await startSshd({ addresses: ['127.0.0.2'], config: ['Subsystem sftp internal-sftp'] });
  const served = mkdtempSync(join(tmpdir(), 'funbric-score-'));
  const close = async (): Promise<void> => {
    await sshd.close();
    rmSync(served, { recursive: true, force: true });
  };
  try {
    mkdirSync(at);
    const host = ['-p', String(sshd.port), '-o', `IdentityFile=${sshd.identityFile}`, '-F', '/dev/null'];
    const known = ['-o', `UserKnownHostsFile=${sshd.knownHostsFile}`];
    execFileSync('sshfs', [...host, ...known, `${sshd.user}@127.0.0.2:${served}`, at]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    path: at,
    isSlow: true,
    async close() {
      execFileSync('umount', [at]);
      await close();
    },
  };
}

function requireProgram(program: string): void {
  if (process.getuid?.() !== 0) throw new Error('mounting takes root');
  if (spawnSync(program, ['-V']).error !== undefined) throw new Error(`no ${program} here`);
}
