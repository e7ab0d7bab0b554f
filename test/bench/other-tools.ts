/** What the tools need that funbric is compared with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BigFleet } from '../support/big-fleet.ts';

/** Debian's, which is where Debian's fabric is. */
export const python = '/usr/bin/python3';

/** Reaches the hosts of a fleet by their addresses alone. Gives its path. */
export function writeSshConfig(folder: string, { targets, identityFile, knownHostsFile }: BigFleet): string {
  const path = join(folder, 'ssh_config');
  const common = [
    'Host *',
    `IdentityFile ${identityFile}`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${knownHostsFile}`,
  ];
  const ports = targets.flatMap(({ address, port }) => [`Host ${address}`, `Port ${port}`]);
  writeFileSync(path, `${[...ports, ...common].join('\n')}\n`);
  return path;
}
