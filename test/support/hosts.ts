/** Hosts behind one real sshd, each with an address and a home of its own, and the flags that reach them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSshd, type Sshd } from './sshd.ts';

export interface TestHosts extends AsyncDisposable {
  readonly sshd: Sshd;
  readonly names: readonly string[];
  readonly homes: readonly string[];
  /** Fleet options that reach all of them. */
  readonly flags: readonly string[];
}

export interface HostsOptions {
  readonly addresses?: readonly string[];
  /** Each host sees a directory of its own here (in a mount namespace of each command; takes root). */
  readonly separateDirectory?: string;
  /** What runs instead of each command; that is in SSH_ORIGINAL_COMMAND. */
  readonly forceCommand?: (address: string) => string;
  /** Shell lines by address, run before each command there, in a mount namespace of its own (takes root). */
  readonly preparations?: Readonly<Record<string, string>>;
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
}

/** Each session's HOME is the folder of the address that it came in by. */
export async function startHosts(folder: string, options: HostsOptions = {}): Promise<TestHosts> {
  const addresses = options.addresses ?? ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
  const homes = addresses.map((address) => join(folder, `home-${address}`));
  for (const home of homes) mkdirSync(home, { recursive: true });
  const sshd = await startSshd({
    addresses,
    config: options.config ?? [],
    matchBlocks: addresses.flatMap((address, at) => [
      `Match LocalAddress ${address}`,
      `  SetEnv HOME=${homes[at]}`,
      ...forcedCommand(folder, address, options),
    ]),
  });
  const way = ['-p', String(sshd.port), '-i', sshd.identityFile, '--known-hosts', sshd.knownHostsFile];
  return {
    sshd,
    names: addresses,
    homes,
    flags: ['-H', addresses.join(','), ...way],
    [Symbol.asyncDispose]: () => sshd.close(),
  };
}

/** A command that runs what the client asked for where mounts are this host's alone. */
function forcedCommand(
  folder: string,
  address: string,
  { separateDirectory, preparations = {}, forceCommand }: HostsOptions,
): readonly string[] {
  if (forceCommand !== undefined) return [`  ForceCommand ${forceCommand(address)}`];
  const lines = [preparations[address] ?? ''];
  if (separateDirectory !== undefined) {
    const own = join(folder, `own-${address}`);
    mkdirSync(own, { recursive: true });
    lines.push(`mount --bind '${own}' '${separateDirectory}'`);
  }
  if (lines.every((line) => line === '')) return [];
  const script = join(folder, `inside-${address}.sh`);
  writeFileSync(script, ['set -e', ...lines, 'set +e', 'eval "$SSH_ORIGINAL_COMMAND"', ''].join('\n'));
  return [`  ForceCommand exec unshare --mount /bin/sh ${script}`];
}
