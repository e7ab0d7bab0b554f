/**
 * `true` on 100 and on 500 hosts: the funbric command beside the bare library, and beside other tools where they are
 * installed. The hosts are loopback addresses of real sshd; their shells read no .bashrc.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBigFleet, type BigFleet } from '../support/big-fleet.ts';
import { sshdReason } from '../support/sshd.ts';
import type { Group } from './group.ts';
import { python, writeSshConfig } from './other-tools.ts';
import { SideBySide } from './side-by-side.ts';
import { commandFile, works } from './timed.ts';

/** With more hosts fewer rounds: clush alone takes half a minute for each. */
const sizes = [
  { hosts: 100, rounds: 5 },
  { hosts: 500, rounds: 1 },
];
/** Sessions at the same time, the same for all. */
const parallel = 32;

const bare = fileURLToPath(new URL('./bare-node-ssh.js', import.meta.url));

export const fanout: Group = {
  name: 'fanout',
  summary: `\`true\` on ${sizes.map(({ hosts }) => hosts).join(' and ')} loopback hosts, ${parallel} at a time, median of ${sizes.map(({ rounds }) => rounds).join(' and ')} rounds`,
  async run(print) {
    const reason = sshdReason();
    if (reason !== false) return print(`not measured: ${reason}`);
    for (const { hosts, rounds } of sizes) {
      const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
      try {
        await using fleet = await startBigFleet(hosts, folder);
        compare({ tools: toolsOf(folder, fleet), rounds, folder, print: (line) => print(`${hosts} hosts, ${line}`) });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  },
};

interface Tool {
  readonly name: string;
  readonly command: readonly string[];
}

function compare(given: {
  readonly tools: readonly Tool[];
  readonly rounds: number;
  readonly folder: string;
  readonly print: (line: string) => void;
}): void {
  const { tools, rounds, folder, print } = given;
  const sideBySide = new SideBySide(folder);
  for (let round = 0; round < rounds; round++) {
    for (const { name, command } of tools) sideBySide.run('', name, command);
  }
  sideBySide.print(print);
  for (const name of ['fabric', 'clush', 'pssh', 'ansible'])
    if (!tools.some((tool) => tool.name === name)) print(`${name}: not measured, it is not installed here`);
}

function toolsOf(folder: string, fleet: BigFleet): readonly Tool[] {
  const { targets } = fleet;
  const named = targets.map(({ address, port }) => `${address}:${port}`).join(',');
  const addresses = targets.map(({ address }) => address).join(',');
  const sshConfig = writeSshConfig(folder, fleet);
  const funbric = [process.execPath, commandFile, ...fleet.flags, '-P', String(parallel)];
  const tools: Tool[] = [
    { name: 'funbric', command: [...funbric, '--', 'true'] },
    { name: 'bare node-ssh', command: [process.execPath, bare, named, fleet.identityFile, String(parallel)] },
  ];
  if (works(python, '-c', 'import fabric')) {
    const script = join(folder, 'fabric-run.py');
    writeFileSync(script, fabricScript(sshConfig));
    tools.push({ name: 'fabric', command: [python, script, addresses] });
  }
  if (works('clush', '--version')) {
    const options = ['-f', String(parallel), '-o', `-F ${sshConfig}`, '-w', addresses];
    tools.push({ name: 'clush', command: ['clush', '-q', ...options, 'true'] });
  }
  if (works('parallel-ssh', '--version')) {
    const options = [
      '-p',
      String(parallel),
      '-x',
      `-F ${sshConfig}`,
      ...targets.flatMap(({ address }) => ['-H', address]),
    ];
    tools.push({ name: 'pssh', command: ['parallel-ssh', ...options, 'true'] });
  }
  if (works('ansible', '--version')) {
    const config = join(folder, 'ansible.cfg');
    writeFileSync(config, `[ssh_connection]\nssh_args = -F ${sshConfig}\npipelining = True\n`);
    const inventory = join(folder, 'inventory');
    writeFileSync(inventory, `${addresses.replaceAll(',', '\n')}\n`);
    const ansible = ['ansible', 'all', '-i', inventory, '-f', String(parallel), '-m', 'raw', '-a', 'true'];
    tools.push({ name: 'ansible', command: ['env', `ANSIBLE_CONFIG=${config}`, ...ansible] });
  }
  return tools;
}

function fabricScript(sshConfig: string): string {
  // Its own ThreadingGroup has no bound: all at once would be more of the machine's time for it.
  return `import sys
from concurrent.futures import ThreadPoolExecutor
from fabric import Config, Connection
config = Config(runtime_ssh_path=${JSON.stringify(sshConfig)})
def run(address):
    with Connection(address, config=config) as host:
        host.run('true', hide=True, in_stream=False)
with ThreadPoolExecutor(${parallel}) as pool:
    list(pool.map(run, sys.argv[1].split(',')))
`;
}
