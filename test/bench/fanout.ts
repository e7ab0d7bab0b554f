/**
 * `true` on 100 hosts: the funbric command beside the bare library, and beside other tools where they are installed. The
 * hosts are loopback addresses of real sshd; their shells read no .bashrc.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sshdReason, startSshd, type Sshd } from '../support/sshd.ts';
import { figure, median, type Group } from './group.ts';
import { commandFile, timed, works, type Timed } from './timed.ts';

const hosts = 100;
/** An sshd listens on at most 16 addresses. */
const addressesEach = 15;
const rounds = 5;
/** Sessions at the same time, the same for all. */
const parallel = 32;

/** Debian's, which is where Debian's fabric is. */
export const python = '/usr/bin/python3';

const bare = fileURLToPath(new URL('./bare-node-ssh.js', import.meta.url));

export const fanout: Group = {
  name: 'fanout',
  summary: `\`true\` on ${hosts} loopback hosts, ${parallel} at a time, median of ${rounds} rounds`,
  async run(print) {
    const reason = sshdReason();
    if (reason !== false) return print(`not measured: ${reason}`);
    const folder = mkdtempSync(join(tmpdir(), 'funbric-bench-'));
    const sshds = await startFleet();
    try {
      compare(folder, prepare(folder, sshds), print);
    } finally {
      await Promise.all(sshds.map((sshd) => sshd.close()));
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function startFleet(): Promise<readonly Sshd[]> {
  const count = Math.ceil(hosts / addressesEach);
  return await Promise.all(
    Array.from({ length: count }, (_, server) => {
      const addresses = Array.from({ length: addressesEach }, (_each, at) => `127.0.${10 + server}.${at + 1}`);
      return startSshd({ addresses, config: ['LoginGraceTime 30'] });
    }),
  );
}

export interface Fleet {
  readonly targets: readonly { readonly address: string; readonly port: number }[];
  readonly identity: string;
  readonly knownHosts: string;
  readonly sshConfig: string;
}

/** One key and one known_hosts for all of them, and an ssh_config for tools that want one. */
export function prepare(folder: string, sshds: readonly Sshd[]): Fleet {
  const identity = sshds[0]?.identityFile ?? '';
  const key = readFileSync(`${identity}.pub`);
  for (const sshd of sshds) writeFileSync(join(sshd.folder, 'authorized_keys'), key, { mode: 0o600 });
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, sshds.map(({ knownHostsFile }) => readFileSync(knownHostsFile, 'utf8')).join(''));
  const targets = sshds
    .flatMap(({ addresses, port }) => addresses.map((address) => ({ address, port })))
    .slice(0, hosts);
  const sshConfig = join(folder, 'ssh_config');
  const common = ['Host *', `IdentityFile ${identity}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${knownHosts}`];
  const ports = targets.flatMap(({ address, port }) => [`Host ${address}`, `Port ${port}`]);
  writeFileSync(sshConfig, `${[...ports, ...common].join('\n')}\n`);
  return { targets, identity, knownHosts, sshConfig };
}

interface Tool {
  readonly name: string;
  readonly command: readonly string[];
}

function compare(folder: string, fleet: Fleet, print: (line: string) => void): void {
  const tools = toolsOf(folder, fleet);
  const times = new Map<string, Timed[]>(tools.map(({ name }) => [name, []]));
  // Side by side: what else the machine does meets all of them.
  for (let round = 0; round < rounds; round++) {
    for (const { name, command } of tools) times.get(name)?.push(timed(command, { cwd: folder }));
  }
  const middle = (name: string, unit: keyof Timed): number => median((times.get(name) ?? []).map((each) => each[unit]));
  for (const { name } of tools) {
    if (name === 'funbric') continue;
    for (const [what, unit] of [['wall', 'wallSeconds'] as const, ['CPU of the controller', 'cpuSeconds'] as const]) {
      const [ours, theirs] = [middle('funbric', unit), middle(name, unit)];
      print(figure({ what, ours, theirs, than: name, unit: 's' }));
    }
  }
  for (const name of ['fabric', 'clush', 'pssh'])
    if (!times.has(name)) print(`${name}: not measured, it is not installed here`);
}

function toolsOf(folder: string, { targets, identity, knownHosts, sshConfig }: Fleet): readonly Tool[] {
  const named = targets.map(({ address, port }) => `${address}:${port}`).join(',');
  const addresses = targets.map(({ address }) => address).join(',');
  const funbric = [process.execPath, commandFile, '-H', named, '-P', String(parallel), '-i', identity];
  const tools: Tool[] = [
    { name: 'funbric', command: [...funbric, '--known-hosts', knownHosts, '--', 'true'] },
    { name: 'bare node-ssh', command: [process.execPath, bare, named, identity, String(parallel)] },
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
  return tools;
}

function fabricScript(sshConfig: string): string {
  return `import sys
from fabric import Config, Connection, ThreadingGroup
config = Config(runtime_ssh_path=${JSON.stringify(sshConfig)})
connections = [Connection(address, config=config) for address in sys.argv[1].split(',')]
ThreadingGroup.from_connections(connections).run('true', hide=True)
`;
}
