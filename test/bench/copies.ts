/** 1 MB to 20 hosts and back: funbric put and get beside Fabric's, in rounds side by side. Ours are hash-checked, theirs aren't. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBigFleet, type BigFleet } from '../support/big-fleet.ts';
import { sshdReason } from '../support/sshd.ts';
import type { Group } from './group.ts';
import { python, writeSshConfig } from './other-tools.ts';
import { SideBySide } from './side-by-side.ts';
import { commandFile, works } from './timed.ts';

const hosts = 20;
const bytes = 1e6;
const rounds = 5;
const parallel = 32;

export const copies: Group = {
  name: 'copies',
  summary: `1 MB to ${hosts} loopback hosts and back, ${parallel} at a time, median of ${rounds} rounds`,
  async run(print) {
    const reason = sshdReason();
    if (reason !== false) return print(`not measured: ${reason}`);
    if (!works(python, '-c', 'import fabric')) return print('fabric: not measured, it is not installed here');
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
    try {
      // A home each, so that no host has what another was given.
      await using fleet = await startBigFleet(hosts, folder, { hasHomes: true });
      compare(folder, fleet, print);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function compare(folder: string, fleet: BigFleet, print: (line: string) => void): void {
  const script = join(folder, 'fabric-copy.py');
  writeFileSync(script, fabricScript(fleet, writeSshConfig(folder, fleet)));
  const way = [...fleet.flags, '-P', String(parallel), '--progress', 'quiet'];
  const funbric = [process.execPath, commandFile, ...way, '--reports', join(folder, 'reports')];
  const tools = new SideBySide(folder);
  const local = join(folder, 'file');
  for (let round = 0; round < rounds; round++) {
    // Another one each round: what a host has already isn't sent again.
    writeFileSync(local, randomBytes(bytes));
    const ours = `~/ours-${round}`;
    const theirs = join(folder, `theirs-${round}`);
    tools.run('put', 'funbric', [...funbric, 'put', local, ours]);
    tools.run('put', 'fabric', [python, script, 'put', local, theirs]);
    const isBack = tools.run('get', 'funbric', [...funbric, 'get', ours, `back-${round}`]);
    tools.run('get', 'fabric', [python, script, 'get', theirs, `their-back-${round}`]);
    const [first] = fleet.targets;
    const back = join(folder, `back-${round}`, `${first?.address}%3A${first?.port}`, `ours-${round}`);
    if (isBack && !readFileSync(back).equals(readFileSync(local))) throw new Error(`${back} is not what was sent`);
  }
  tools.print(print);
  print('funbric compares the sha256 on both ends; fabric does not');
}

function fabricScript({ targets }: BigFleet, sshConfig: string): string {
  const addresses = targets.map(({ address }) => address).join(',');
  // A thread for each, as in its ThreadingGroup, which can't give each host a path of its own.
  return `import sys
from concurrent.futures import ThreadPoolExecutor
from fabric import Config, Connection
config = Config(runtime_ssh_path=${JSON.stringify(sshConfig)})
verb, source, target = sys.argv[1:]
def copy(host):
    connection = Connection(host, config=config)
    if verb == 'put':
        connection.put(source, target + '-' + host)
    else:
        connection.get(source + '-' + host, target + '/{host}/file')
with ThreadPoolExecutor(${parallel}) as pool:
    list(pool.map(copy, ${JSON.stringify(addresses)}.split(',')))
`;
}
