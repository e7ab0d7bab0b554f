/**
 * A whole round of a test's beginning on 100 hosts: connect, bring the agent up, three commands, 1 MB there, 1 MB back; by a
 * task of funbric, which keeps a run and writes its report, too, and by a script of Fabric that does the same steps.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBigFleet, type BigFleet } from '../support/big-fleet.ts';
import { root } from '../support/funbric.ts';
import { sshdReason } from '../support/sshd.ts';
import type { Group } from './group.ts';
import { python, writeSshConfig } from './other-tools.ts';
import { SideBySide } from './side-by-side.ts';
import { commandFile, works } from './timed.ts';

const hosts = 100;
const rounds = 3;
const parallel = 32;
const fileBytes = 1_000_000;
const agentFile = join(root, 'dist/agent/agent.cjs');

/** It says hello, finds its input at its end, and goes. */
const agentMarker = 'startsHere';

export const round: Group = {
  name: 'round',
  summary: `connect, agent up, 3 commands, 1 MB up, 1 MB down on ${hosts} loopback hosts, median of ${rounds} rounds`,
  async run(print) {
    const reason = sshdReason();
    if (reason !== false) return print(`not measured: ${reason}`);
    if (!works(python, '-c', 'import fabric')) return print('not measured: fabric is not installed here');
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
    try {
      await using fleet = await startBigFleet(hosts, folder);
      compare(folder, fleet, print);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function compare(folder: string, fleet: BigFleet, print: (line: string) => void): void {
  mkdirSync(join(folder, 'tasks'));
  const places = { folder, file: join(folder, 'file'), there: join(folder, 'there'), back: join(folder, 'back') };
  writeFileSync(places.file, Buffer.alloc(fileBytes, 'x'));
  writeFileSync(join(folder, 'tasks/round.ts'), taskFile(places));
  const script = join(folder, 'fabric-round.py');
  writeFileSync(script, fabricFile(writeSshConfig(folder, fleet), places));
  const addresses = fleet.targets.map(({ address }) => address).join(',');
  const options = [...fleet.flags, '-P', String(parallel), '--reports', join(folder, 'reports')];
  const tools = new SideBySide(folder);
  for (let turn = 0; turn < rounds; turn++) {
    for (const [tool, command] of [
      ['funbric', [process.execPath, commandFile, ...options, 'round']] as const,
      ['fabric', [python, script, addresses]] as const,
    ]) {
      // New ones each time: what a host has already funbric doesn't send again.
      for (const place of [places.there, places.back]) {
        rmSync(place, { recursive: true, force: true });
        mkdirSync(place);
      }
      tools.run('', tool, command);
    }
  }
  tools.print(print);
  print('funbric compares the sha256 of all copies on both ends, and writes a report; fabric does neither');
}

interface Places {
  readonly file: string;
  readonly there: string;
  readonly back: string;
}

function taskFile({ file, there, back }: Places): string {
  const start = `${process.execPath} ${there}/\${host.name}.agent ${agentMarker} </dev/null || true`;
  return `import { task } from 'funbric';
export default task({
  summary: 'a round',
  async run(host) {
    await host.put('${agentFile}', '${there}/' + host.name + '.agent');
    await host.shell(\`${start}\`);
    for (let turn = 0; turn < 3; turn++) await host.run(['true']);
    await host.put('${file}', '${there}/' + host.name);
    await host.get('${there}/' + host.name, '${back}/' + host.index);
  },
});
`;
}

function fabricFile(sshConfig: string, { file, there, back }: Places): string {
  return `import sys
from concurrent.futures import ThreadPoolExecutor
from fabric import Config, Connection
config = Config(runtime_ssh_path='${sshConfig}')
def round(address):
    with Connection(address, config=config) as host:
        host.put('${agentFile}', f'${there}/{address}.agent')
        host.run(f'${process.execPath} ${there}/{address}.agent ${agentMarker} </dev/null || true', hide=True, in_stream=False)
        for turn in range(3):
            host.run('true', hide=True, in_stream=False)
        host.put('${file}', f'${there}/{address}')
        host.get(f'${there}/{address}', f'${back}/{address}')
with ThreadPoolExecutor(${parallel}) as pool:
    list(pool.map(round, sys.argv[1].split(',')))
`;
}
