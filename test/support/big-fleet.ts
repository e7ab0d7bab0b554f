/** Hundreds of loopback hosts with one key and one known_hosts: several sshd, as each listens on 16 addresses at most. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSshd } from './sshd.ts';

const addressesEach = 15;

export interface BigFleet extends AsyncDisposable {
  readonly targets: readonly { readonly address: string; readonly port: number }[];
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Fleet options that reach all of them. */
  readonly flags: readonly string[];
}

/** `folder` is for known_hosts, and with `hasHomes` for a home of each host's own. */
export async function startBigFleet(
  hosts: number,
  folder: string,
  { hasHomes = false }: { readonly hasHomes?: boolean } = {},
): Promise<BigFleet> {
  const homeOf = (address: string): string => {
    const home = join(folder, 'homes', address);
    mkdirSync(home, { recursive: true });
    return `Match LocalAddress ${address}\n  SetEnv HOME=${home}`;
  };
  const count = Math.ceil(hosts / addressesEach);
  const sshds = await Promise.all(
    Array.from({ length: count }, (_, server) => {
      const addresses = Array.from({ length: addressesEach }, (_each, at) => `127.0.${10 + server}.${at + 1}`);
      const config = ['LoginGraceTime 120', 'Subsystem sftp internal-sftp'];
      return startSshd({ addresses, config, matchBlocks: hasHomes ? addresses.map(homeOf) : [] });
    }),
  );
  const identityFile = sshds[0]?.identityFile ?? '';
  const key = readFileSync(`${identityFile}.pub`);
  for (const sshd of sshds) writeFileSync(join(sshd.folder, 'authorized_keys'), key, { mode: 0o600 });
  const knownHostsFile = join(folder, 'known_hosts');
  writeFileSync(knownHostsFile, sshds.map((sshd) => readFileSync(sshd.knownHostsFile, 'utf8')).join(''));
  const targets = sshds
    .flatMap(({ addresses, port }) => addresses.map((address) => ({ address, port })))
    .slice(0, hosts);
  const named = targets.map(({ address, port }) => `${address}:${port}`).join(',');
  return {
    targets,
    identityFile,
    knownHostsFile,
    flags: ['-H', named, '-i', identityFile, '--known-hosts', knownHostsFile],
    async [Symbol.asyncDispose]() {
      await Promise.all(sshds.map(async (sshd) => sshd.close()));
    },
  };
}
