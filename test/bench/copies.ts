/** 1 MB to 20 hosts and back: funbric put and get beside Fabric's, in rounds side by side. Ours are hash-checked, theirs aren't. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBigFleet, type BigFleet } from '../support/big-fleet.ts';
import { sshdReason } from '../support/sshd.ts';
import { figure, median, type Group } from './group.ts';
import { python, writeSshConfig } from './other-tools.ts';
import { commandFile, timed, works, type Timed } from './timed.ts';

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
  const times = {
    put: [new Array<Timed>(), new Array<Timed>()],
    get: [new Array<Timed>(), new Array<Timed>()],
  } as const;
  const local = join(folder, 'file');
  for (let round = 0; round < rounds; round++) {
    // Another one each round: what a host has already isn't sent again.
    writeFileSync(local, randomBytes(bytes));
    const ours = `~/ours-${round}`;
    const theirs = join(folder, `theirs-${round}`);
    times.put[0].push(timed([...funbric, 'put', local, ours], { cwd: folder }));
    times.put[1].push(timed([python, script, 'put', local, theirs], { cwd: folder }));
    times.get[0].push(timed([...funbric, 'get', ours, `back-${round}`], { cwd: folder }));
    times.get[1].push(timed([python, script, 'get', theirs, `their-back-${round}`], { cwd: folder }));
    const [first] = fleet.targets;
    const back = join(folder, `back-${round}`, `${first?.address}%3A${first?.port}`, `ours-${round}`);
    if (!readFileSync(back).equals(readFileSync(local))) throw new Error(`${back} is not what was sent`);
  }
  for (const [what, [ours, theirs]] of Object.entries(times)) {
    const middle = (all: readonly Timed[], unit: keyof Timed): number => median(all.map((each) => each[unit]));
    for (const [name, unit] of [['wall', 'wallSeconds'] as const, ['CPU of the controller', 'cpuSeconds'] as const]) {
      const [mine, other] = [middle(ours, unit), middle(theirs, unit)];
      print(figure({ what: `${what}: ${name}`, ours: mine, theirs: other, than: 'fabric', unit: 's' }));
    }
  }
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
