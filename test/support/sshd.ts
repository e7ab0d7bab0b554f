/**
 * A real OpenSSH sshd for a test: own configuration, own keys, own port, in a folder that goes away with it. It is this
 * process's child, never a service, and every session of it ends with it.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/model/errors.ts';
import { freePort } from './free-port.ts';
import { allProcesses, descendantsOf, isRunning, signal, textOfProcess } from './processes.ts';

const sshdProgram = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/sbin/sshd'].find((path) => existsSync(path));

/** sshd listens within some 50 ms; a machine under load gets much longer. */
const startMs = 60_000;

export interface SshdOptions {
  /** Loopback addresses, each a host of its own to the tests; all on one port. */
  readonly addresses?: readonly string[];
  /** As in sshd_config. */
  readonly maxStartups?: string;
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** Lines after all others, for Match blocks. */
  readonly matchBlocks?: readonly string[];
  /** The words of a program that becomes what follows them, as `nsenter` does. */
  readonly within?: readonly string[];
}

export interface Sshd extends AsyncDisposable {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly user: string;
  readonly folder: string;
  /** The client's private key, in its authorized_keys. */
  readonly identityFile: string;
  /** Knows the host key under every address. */
  readonly knownHostsFile: string;
  /** `ssh-ed25519 AAAA...`, without a host. */
  readonly hostKey: string;
  /** The listener's process; each session is a child of it. */
  readonly pid: number;
  /** What sshd wrote so far, at LogLevel DEBUG1. */
  log(): string;
  close(): Promise<void>;
}

/** Why tests that need sshd are skipped here, to be given to `it(..., { skip })`; false where they run. */
export function sshdReason(): string | false {
  if (process.platform !== 'linux') return 'the addresses 127.0.0.2 and up answer without setup only on Linux';
  if (sshdProgram === undefined) return 'no sshd here (Debian: openssh-server)';
  if (!existsSync('/usr/bin/ssh-keygen')) return 'no ssh-keygen here (Debian: openssh-client)';
  if (process.getuid?.() !== 0) return false;
  try {
    // Debian's sshd, started by root, wants its privilege separation folder, which a service would have made.
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    accessSync('/run/sshd', constants.R_OK);
    return false;
  } catch {
    return 'can not make /run/sshd';
  }
}

/** Of a port that was free a moment ago: another test at the same time may be told the same. */
const tries = 5;

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  for (let count = 1; ; count++) {
    try {
      return await startOnFreePort(options);
    } catch (error) {
      if (count === tries || !/Address already in use/.test(messageOf(error))) throw error;
    }
  }
}

async function startOnFreePort(options: SshdOptions): Promise<Sshd> {
  const reason = sshdReason();
  if (reason !== false || sshdProgram === undefined) throw new Error(`sshd: ${String(reason)}`);
  const addresses = options.addresses ?? ['127.0.0.2', '127.0.0.3', '127.0.0.4'];
  const folder = mkdtempSync(join(tmpdir(), 'funbric-sshd-'));
  mkdirSync(join(folder, 'home'));
  // sshd can't be asked to choose one and say which.
  const port = await freePort(addresses[0] ?? '127.0.0.2');
  const identityFile = makeKey(join(folder, 'client_key'));
  const hostKey = readFileSync(`${makeKey(join(folder, 'host_key'))}.pub`, 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
  const knownHostsFile = join(folder, 'known_hosts');
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${identityFile}.pub`), { mode: 0o600 });
  writeFileSync(knownHostsFile, addresses.map((address) => `[${address}]:${port} ${hostKey}\n`).join(''));
  const logFile = join(folder, 'log');
  writeFileSync(logFile, '');
  writeFileSync(join(folder, 'sshd_config'), configOf({ folder, port, addresses, options }));
  const words = [...(options.within ?? []), sshdProgram, '-D', '-f', join(folder, 'sshd_config'), '-E', logFile];
  const child = spawn(words[0] ?? '', words.slice(1), { stdio: 'ignore' });
  const log = (): string => readFileSync(logFile, 'utf8');
  const close = async (): Promise<void> => {
    await endSessionsAnd(child, port);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await listening({ child, addresses, port, log });
  } catch (error) {
    await close();
    throw error;
  }
  const user = userInfo().username;
  const pid = child.pid ?? -1;
  const paths = { folder, identityFile, knownHostsFile };
  return { addresses, port, user, hostKey, pid, ...paths, log, close, [Symbol.asyncDispose]: close };
}

function configOf(given: {
  readonly folder: string;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly options: SshdOptions;
}): string {
  return [
    ...(given.options.config ?? []),
    `Port ${given.port}`,
    ...given.addresses.map((address) => `ListenAddress ${address}`),
    `HostKey ${given.folder}/host_key`,
    `AuthorizedKeysFile ${given.folder}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    `MaxStartups ${given.options.maxStartups ?? '200'}`,
    'LogLevel DEBUG1',
    // A home of its own: what this machine's user has in .bashrc is no part of a test, and may take long.
    `SetEnv HOME=${given.folder}/home`,
    ...(given.options.matchBlocks ?? []),
    '',
  ].join('\n');
}

/** Gives the path back; the public key is beside it. */
export function makeKey(path: string): string {
  execFileSync('/usr/bin/ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'funbric-test', '-f', path]);
  return path;
}

/**
 * An address that it can't have sshd leaves out, and goes on with the others: that would be another test's server there, so it
 * counts as not started.
 */
async function listening(of: {
  readonly child: ChildProcess;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly log: () => string;
}): Promise<void> {
  const said = of.addresses.map((address) => `Server listening on ${address} port ${of.port}.`);
  const deadline = performance.now() + startMs;
  while (performance.now() < deadline) {
    const log = of.log();
    if (said.every((line) => log.includes(line))) return;
    if (of.child.exitCode !== null || /^Bind to port .* failed: /m.test(log)) break;
    await sleep(20);
  }
  const where = `${of.addresses.join(', ')}, port ${of.port}`;
  throw new Error(`sshd doesn't listen on ${where} (exit ${String(of.child.exitCode)}): ${of.log()}`);
}

/** For agents to remove what they made, as after any connection that goes away. */
const graceMs = 5_000;

/** Sessions outlive a listener that is killed, and commands their sessions: each is ended by its pid. */
async function endSessionsAnd(listener: ChildProcess, port: number): Promise<void> {
  if (listener.pid === undefined) return;
  const isGone = new Promise((resolve) => {
    if (listener.exitCode !== null || listener.signalCode !== null) resolve(undefined);
    else listener.once('exit', resolve);
  });
  const below = new Set([...descendantsOf(listener.pid), ...cameInBy(port)]);
  signal(listener.pid, 'SIGKILL');
  for (const pid of below) signal(pid, 'SIGTERM');
  // One that was stopped has not heard it yet.
  for (const pid of below) signal(pid, 'SIGCONT');
  const deadline = performance.now() + graceMs;
  while ([...below].some(isRunning) && performance.now() < deadline) await sleep(20);
  for (const pid of below) signal(pid, 'SIGKILL');
  await isGone;
}

/** What runs by a connection to this port, and whose session may be gone. */
function cameInBy(port: number): readonly number[] {
  const isIn = new RegExp(`(^|\\0)SSH_CONNECTION=[^\\0]* ${port}\\0`);
  return allProcesses().filter((pid) => isIn.test(textOfProcess(pid, 'environ')));
}
