/**
 * A real shared file system for a test: GlusterFS, three replicas on three hosts. Each host is a process with a network, mounts,
 * processes and a name of its own, in which glusterd, a brick, a mount and sshd run; a bridge between them is a fourth one, where the
 * controller runs. None of it has a name on this machine, and all of it ends with these four processes, which end with this one.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { messageOf } from '../../src/model/errors.ts';
import { commandOf, descendantsOf, signal } from './processes.ts';
import { makeKey, sshdReason } from './sshd.ts';
import { until } from './until.ts';

export interface Gluster extends AsyncDisposable {
  readonly names: readonly string[];
  /** Fleet options that reach all of them, from where `within` leads. */
  readonly flags: readonly string[];
  readonly within: readonly string[];
  /** The volume, at the same path on every host. */
  readonly directory: string;
  /** Ends the process that serves host number `at`'s replica. */
  killBrick(at: number): void;
  /** Starts what was killed; what it missed is brought to it in the background. */
  startBricks(): Promise<void>;
  /** Packets from and to a host are dropped from now on, and nobody is told. */
  cut(at: number): Promise<void>;
  join(at: number): Promise<void>;
}

const addresses = ['10.99.0.1', '10.99.0.2', '10.99.0.3'];
const volume = 'gv0';

/** Of a brick that doesn't answer, for its clients; 42 s unless told otherwise. */
const pingTimeoutSeconds = 10;

/** No command here takes more than a few seconds, on a machine under load much longer. */
const commandMs = 60_000;

const programs = {
  'glusterfs-server': '/usr/sbin/glusterd',
  'glusterfs-client': '/usr/sbin/glusterfs',
  iproute2: '/usr/sbin/ip',
  'util-linux': '/usr/bin/nsenter',
};

/** The last two are for the first process of a namespace of processes: what it needs, and what ends it. */
const unshare =
  '/usr/bin/unshare --net --mount --uts --propagation private --pid --fork --mount-proc --kill-child'.split(' ');

/** Why it can't be had here; false where it can. */
export function glusterReason(): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'namespaces and mounts take root on Linux';
  for (const [name, program] of Object.entries(programs)) {
    if (!existsSync(program)) return `no ${program} here (Debian: ${name})`;
  }
  if (!existsSync('/dev/fuse')) return 'no /dev/fuse here';
  const [program = '', ...words] = unshare;
  const tried = spawnSync(program, [...words, '/bin/sh', '-ec', `ip link add type veth; mount -t tmpfs tmpfs /run`]);
  return tried.status === 0
    ? sshdReason()
    : 'no networks or mounts may be made here, not even in a namespace of its own';
}

export async function startGluster(folder: string): Promise<Gluster> {
  const hosts: Place[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(hosts.map(async (host) => host.end()));
  };
  try {
    return { ...(await bringUp(folder, hosts)), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw new Error(`GlusterFS doesn't come up: ${messageOf(error)}`, { cause: error });
  }
}

/** `places` is what has to be ended, whatever happens next. */
async function bringUp(folder: string, places: Place[]): Promise<Omit<Gluster, typeof Symbol.asyncDispose>> {
  const directory = join(folder, volume);
  const brick = join(folder, 'brick');
  for (const path of [directory, brick]) mkdirSync(path);
  const bridge = new Place(places, 'ip link set lo up; ip link add bridge type bridge; ip link set bridge up');
  await bridge.isReady();
  const atBridge = async (script: string): Promise<string> => runIn([...bridge.network, '/bin/sh', '-ec', script]);
  await atBridge('ip addr add 10.99.0.254/24 dev bridge');
  const sshd = sshdFiles(folder);
  const hosts = await Promise.all(
    addresses.map(async (address, at) => {
      const host = new Place(places, ownFolders(folder, at));
      await host.isReady();
      await atBridge(`ip link add to${at} type veth peer name eth0 netns ${host.pid}`);
      await atBridge(`ip link set to${at} master bridge up`);
      await host.run(`ip link set lo up; ip addr add ${address}/24 dev eth0; ip link set eth0 up`);
      await host.run(`hostname gluster-${at}; /usr/sbin/sshd -f '${sshd.config(at)}'; glusterd`);
      return host;
    }),
  );
  const [gluster, ...others] = hosts.map(
    (host): Command =>
      async (words) =>
        host.run(`gluster --mode=script ${words}`),
  );
  if (gluster === undefined) throw new Error('no hosts');
  await makeVolume(gluster, others, brick);
  await Promise.all(
    hosts.map(async (host, at) => host.run(`mount -t glusterfs ${addresses[at]}:/${volume} '${directory}'`)),
  );
  return {
    names: addresses,
    flags: ['-H', addresses.join(','), '-u', 'root', '-i', sshd.identityFile, '--known-hosts', sshd.knownHostsFile],
    within: bridge.network,
    directory,
    killBrick(at) {
      const pid = hosts[at]?.processes().find((one) => commandOf(one).includes(`--brick-name ${brick}/`));
      if (pid === undefined) throw new Error(`no brick runs on ${addresses[at]}`);
      signal(pid, 'SIGKILL');
    },
    async startBricks() {
      await gluster(`volume start ${volume} force`);
    },
    async cut(at) {
      await atBridge(`ip link set to${at} nomaster`);
    },
    async join(at) {
      await atBridge(`ip link set to${at} master bridge`);
    },
  };
}

type Command = (words: string) => Promise<string>;

async function makeVolume(gluster: Command, others: readonly Command[], brick: string): Promise<void> {
  for (const address of addresses.slice(1)) {
    await again(`${address} to join`, async () => gluster(`peer probe ${address}`));
  }
  // Each has to know all others before it agrees to a volume.
  for (const command of [gluster, ...others]) {
    await again('all peers', async () => {
      const connected = (await command('pool list')).match(/\bConnected/g) ?? [];
      if (connected.length < addresses.length) throw new Error(`${connected.length} hosts are connected`);
    });
  }
  const bricks = addresses.map((address) => `${address}:${brick}/${volume}`).join(' ');
  await gluster(`volume create ${volume} replica ${addresses.length} ${bricks} force`);
  await gluster(`volume set ${volume} network.ping-timeout ${pingTimeoutSeconds}`);
  await gluster(`volume start ${volume}`);
}

/** What GlusterFS keeps in fixed places, and where its bricks are, for this host alone. Its logs are to be read from outside. */
function ownFolders(folder: string, at: number): string {
  const logs = join(folder, `log-${at}`);
  mkdirSync(logs);
  return [
    ...['/run', '/var/lib/glusterd', `${folder}/brick`].map((path) => `mount -t tmpfs tmpfs '${path}'`),
    'mkdir /run/sshd /run/gluster',
    `mount --bind '${logs}' /var/log/glusterfs`,
  ].join('; ');
}

function sshdFiles(folder: string): {
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly config: (at: number) => string;
} {
  const identityFile = makeKey(join(folder, 'client_key'));
  const hostKey = makeKey(join(folder, 'host_key'));
  const knownHostsFile = join(folder, 'known_hosts');
  const key = readFileSync(`${hostKey}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(knownHostsFile, addresses.map((address) => `${address} ${key}\n`).join(''));
  const config = (at: number): string => {
    const home = join(folder, `home-${at}`);
    mkdirSync(home);
    const path = join(folder, `sshd_config-${at}`);
    const lines = [
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${identityFile}.pub`,
      `SetEnv HOME=${home}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'UseDNS no',
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  };
  return { identityFile, knownHostsFile, config };
}

/** For the processes in a place to end, which nothing there can refuse. */
const endMs = 20_000;

/** A network, mounts, processes and a hostname of its own, which its first process keeps: a shell that reads until this process is gone. */
class Place {
  readonly #outer: ChildProcess;
  #said = '';

  constructor(places: Place[], script: string) {
    const [program = '', ...words] = unshare;
    // The shell stays, as it reaps what others leave behind.
    this.#outer = spawn(program, [...words, '/bin/sh', '-ec', `${script}; echo ready; cat; true`], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [this.#outer.stdout, this.#outer.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    }
    places.push(this);
  }

  async isReady(): Promise<void> {
    await until('a place of its own', () => this.#said.includes('ready') || this.#outer.exitCode !== null);
    if (this.#outer.exitCode !== null) throw new Error(this.#said);
  }

  /** Its first process, as this machine knows it. */
  get pid(): number {
    return descendantsOf(this.#outer.pid ?? -1)[0] ?? -1;
  }

  /** Words that lead a command into its network, and nothing else of it: `ip` knows other places by our names of their processes. */
  get network(): readonly string[] {
    return ['/usr/bin/nsenter', `--target=${this.pid}`, '--net', '--'];
  }

  processes(): readonly number[] {
    return descendantsOf(this.#outer.pid ?? -1);
  }

  /** What it said on stdout. */
  async run(script: string): Promise<string> {
    const kinds = ['--net', '--mount', '--uts', '--pid'];
    return runIn(['/usr/bin/nsenter', `--target=${this.pid}`, ...kinds, '--', '/bin/sh', '-ec', script]);
  }

  /** The kernel ends every process with the first one. */
  async end(): Promise<void> {
    const gone =
      this.#outer.exitCode === null && this.#outer.signalCode === null ? once(this.#outer, 'exit') : undefined;
    this.#outer.stdin?.end();
    if (gone === undefined) return;
    const late = setTimeout(() => this.#outer.kill('SIGKILL'), endMs);
    await gone;
    clearTimeout(late);
  }
}

async function runIn([program = '', ...words]: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, words, { timeout: commandMs });
  return stdout;
}

/** What a daemon that has just started, or a peer, may refuse a few times. */
async function again(what: string, attempt: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + commandMs;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
    }
    await sleep(200);
  }
}
