/**
 * Hosts that each have mounts and a /run of their own, and a `mount` that takes what is asked of NFS and SMB and really
 * mounts: a tmpfs that stands for the server's export, with its name as the source, and that all hosts share.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHosts, type TestHosts } from './hosts.ts';
import { sshdReason } from './sshd.ts';
import { until } from './until.ts';

/** Why these can't be had here; false where they can. */
export function mountHostsReason(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mount namespaces take root on Linux';
  const missing = ['/usr/bin/unshare', '/usr/bin/nsenter', '/usr/bin/mount'].find((path) => !existsSync(path));
  if (missing !== undefined) return `no ${missing} here (Debian: util-linux, mount)`;
  const mounts = 'mount -t tmpfs tmpfs /run';
  const tried = spawnSync('/usr/bin/unshare', ['--mount', '--propagation', 'private', '/bin/sh', '-c', mounts]);
  return tried.status === 0 ? sshdReason() : 'nothing may be mounted here, not even in a namespace of its own';
}

export interface MountHosts extends TestHosts {
  /** A folder that each host has for itself. */
  readonly ownFolder: string;
  /** What stands at the start of the fake `mount` from now on: a delay, an error. */
  beforeMount(script: string): void;
  /** The words of every `mount` so far, one call a line. */
  calls(): readonly string[];
  /** mountinfo, as host number `at` sees it. */
  mounts(at: number): string;
  /** A path as host number `at` sees it, for this process. */
  inside(at: number, path: string): string;
}

const addresses = ['127.0.0.2', '127.0.0.3'];

/** `sources`: what the servers of this test export. */
export async function startMountHosts(folder: string, sources: readonly string[]): Promise<MountHosts> {
  const programs = join(folder, 'programs');
  const exports = join(folder, 'exports');
  const own = join(folder, 'own');
  for (const path of [programs, exports, own]) mkdirSync(path);
  const log = join(folder, 'calls');
  writeFileSync(log, '');
  const before = join(folder, 'before-mount.sh');
  writeFileSync(before, '');
  writeFileSync(
    join(programs, 'mount'),
    `#!/bin/sh
printf '%s\\n' "$*" >>'${log}'
. '${before}'
n=0
while read -r source; do n=$((n + 1)); [ "$source" = "$5" ] && exec /usr/bin/mount --bind '${exports}'/$n "$6"; done <'${exports}/list'
echo "mount.nfs: access denied by server while mounting $5" >&2
exit 32
`,
  );
  for (const helper of ['mount.nfs', 'mount.cifs']) writeFileSync(join(programs, helper), '#!/bin/sh\nexit 1\n');
  for (const program of ['mount', 'mount.nfs', 'mount.cifs']) chmodSync(join(programs, program), 0o755);
  const tmpfs = sources.map(
    (source, at) => `mkdir '${exports}/${at + 1}'; mount -t tmpfs '${source}' '${exports}/${at + 1}'`,
  );
  writeFileSync(join(exports, 'list'), sources.map((source) => `${source}\n`).join(''));
  const servers = await namespace(folder, 'servers', ['/usr/bin/unshare'], tmpfs.join('; '));
  const namespaces = await Promise.all(
    addresses.map((address) =>
      namespace(
        folder,
        address,
        enter(servers, '/usr/bin/unshare'),
        `mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs '${own}'`,
      ),
    ),
  );
  const hosts = await startHosts(folder, {
    addresses,
    forceCommand(address) {
      const script = join(folder, `session-${address}.sh`);
      writeFileSync(script, `PATH='${programs}':$PATH; export PATH; cd "$HOME"; eval "$SSH_ORIGINAL_COMMAND"\n`);
      return `exec ${enter(namespaces[addresses.indexOf(address)], '/bin/sh', script).join(' ')}`;
    },
  });
  return {
    ...hosts,
    ownFolder: own,
    beforeMount: (script) => writeFileSync(before, `${script}\n`),
    calls: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    mounts: (at) => readFileSync(`/proc/${namespaces[at]?.pid}/mountinfo`, 'utf8'),
    inside: (at, path) => `/proc/${namespaces[at]?.pid}/root${path}`,
    async [Symbol.asyncDispose]() {
      await hosts[Symbol.asyncDispose]();
      for (const child of [...namespaces, servers]) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
    },
  };
}

/** A process that keeps a mount namespace, ready once the script has run in it. */
async function namespace(
  folder: string,
  name: string,
  [program = '', ...words]: readonly string[],
  script: string,
): Promise<ChildProcess> {
  const ready = join(folder, `ready-${name}`);
  const line = `${script}; touch '${ready}'; exec sleep 3600`;
  const child = spawn(program, [...words, '--mount', '--propagation', 'private', '/bin/sh', '-c', line], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await until(`the mount namespace ${name}`, () => existsSync(ready));
  return child;
}

function enter(namespaceOf: ChildProcess | undefined, ...words: readonly string[]): readonly string[] {
  return ['/usr/bin/nsenter', `--mount=/proc/${namespaceOf?.pid}/ns/mnt`, ...words];
}
