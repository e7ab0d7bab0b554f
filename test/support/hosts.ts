/** Three hosts behind one real sshd, each with an address and a home of its own, and the flags that reach them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startSshd, type Sshd } from './sshd.ts';

export interface TestHosts extends AsyncDisposable {
  readonly sshd: Sshd;
  readonly names: readonly string[];
  readonly homes: readonly string[];
  /** Fleet options that reach all of them. */
  readonly flags: readonly string[];
}

/** Each session's HOME is the folder of the address that it came in by. */
export async function startHosts(
  folder: string,
  addresses: readonly string[] = ['127.0.0.2', '127.0.0.3', '127.0.0.4'],
): Promise<TestHosts> {
  const homes = addresses.map((address) => join(folder, `home-${address}`));
  for (const home of homes) mkdirSync(home, { recursive: true });
  const sshd = await startSshd({
    addresses,
    matchBlocks: addresses.flatMap((address, at) => [`Match LocalAddress ${address}`, `  SetEnv HOME=${homes[at]}`]),
  });
  return {
    sshd,
    names: addresses,
    homes,
    flags: [
      '-H',
      addresses.join(','),
      '-p',
      String(sshd.port),
      '-i',
      sshd.identityFile,
      '--known-hosts',
      sshd.knownHostsFile,
    ],
    [Symbol.asyncDispose]: () => sshd.close(),
  };
}
