/** The engine that reaches real hosts: transports, the agent, and for the demo SSH hosts of our own. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoFleet, Engine } from './engine.ts';
import type { Folders } from './live-hosts.ts';

/** Loaded only where it is needed: --help and completion start in half the time without SSH, a command without runs. */
const late = {
  hosts: async () => import('./live-hosts.ts'),
  run: async () => import('./live-run.ts'),
  demo: async () => import('../../testing/loopback.ts'),
};

export function liveEngine(folders: Folders): Engine {
  return {
    run: async (request) => (await late.run()).run(request, folders),
    runCommand: async (request) => (await late.hosts()).command(request, folders),
    connector: async (reach, hosts) => (await late.hosts()).connector(reach, hosts, folders.homeFolder),
    startDemo,
  };
}

const demoHosts = 3;
const demoDuration = '8s';

async function startDemo(): Promise<DemoFleet> {
  const { startLoopbackFleet } = await late.demo();
  const folder = await mkdtemp(join(tmpdir(), 'funbric-demo-'));
  await chmod(folder, 0o700);
  const directory = join(folder, 'shared');
  await mkdir(directory);
  const fleet = await startLoopbackFleet({ count: demoHosts, folder });
  return {
    hosts: fleet.hosts.map(({ name, address, port, user }) => ({
      name,
      address,
      port,
      user,
      roles: [],
      groups: [],
      variables: {},
      identityFiles: [fleet.identityFile],
      knownHostsFiles: [fleet.knownHostsFile],
    })),
    words: ['runtest', '--dir', directory, '--duration', demoDuration, '--workers', '2'],
    async [Symbol.asyncDispose]() {
      await fleet.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
