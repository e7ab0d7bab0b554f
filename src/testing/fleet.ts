/**
 * Hosts for tests of your own tasks: real SSH servers and real shells inside this process, on loopback ports, with homes in a
 * temporary folder, and the funbric command to run on them. Nothing of the user's keys, agent or configuration takes part.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FunbricError } from '../model/errors.ts';
import { runSchema, type Run } from '../model/run.ts';
import type { HostOptions } from './host-options.ts';
import { startLoopbackFleet, type LoopbackHost } from './loopback.ts';

export interface FleetOptions {
  /** How many, or what is special about each; names are host1, host2, ... where none is given. */
  readonly hosts: number | readonly HostOptions[];
  /** Each login that is tried: `publickey`, `password`, ... */
  readonly onLogin?: (host: string, method: string) => void;
  /** What clients ask for once they are in: `session`, `exec`, `pty-req`, ... */
  readonly onRequest?: (host: string, request: string) => void;
}

export interface TestFleet extends AsyncDisposable {
  readonly hosts: readonly LoopbackHost[];
  /** Everything is in here, and goes with it. */
  readonly folder: string;
  /** Empty, and the same on all hosts: for --dir. */
  readonly shared: string;
  readonly hostsFile: string;
  readonly knownHostsFile: string;
  readonly identityFile: string;
  readonly reportsFolder: string;
  /** The funbric command with these words, on all hosts where no -H is among them. Tasks come from ./tasks of `cwd`. */
  run(words: readonly string[], options?: FleetRunOptions): Promise<FleetRun>;
  /** What the newest run was judged: its run.json. */
  latestRun(): Promise<Run>;
  /** Ends all connections and what runs in them, and removes the folder. */
  close(): Promise<void>;
}

export interface FleetRunOptions {
  /** This process's folder where not given. */
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** 120 s where not given; then it is killed. */
  readonly timeoutMs?: number;
}

export interface FleetRun {
  /** The exit status, or the signal that ended it. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** No command of a test may outlive this. */
const defaultTimeoutMs = 120_000;

export async function startFleet(options: FleetOptions): Promise<TestFleet> {
  const folder = await mkdtemp(join(tmpdir(), 'funbric-fleet-'));
  const remove = async (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return await makeFleet(folder, options, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function makeFleet(folder: string, options: FleetOptions, remove: () => Promise<void>): Promise<TestFleet> {
  const given: readonly HostOptions[] =
    typeof options.hosts === 'number' ? Array.from({ length: options.hosts }, () => ({})) : options.hosts;
  const each = given.map((host, at) => Object.assign({ name: `host${at + 1}` }, host));
  const home = join(folder, 'home');
  const shared = join(folder, 'shared');
  const hostsFile = join(folder, 'hosts.json');
  const reportsFolder = join(folder, 'reports');
  await mkdir(home);
  await mkdir(shared);
  const loopback = await startLoopbackFleet({ ...options, count: each.length, folder: join(folder, 'hosts'), each });
  const { hosts, identityFile, knownHostsFile } = loopback;
  await writeFile(hostsFile, hostsText(hosts, { identityFile, knownHostsFile }));
  const close = async (): Promise<void> => {
    await loopback.close();
    await remove();
  };
  return {
    hosts,
    folder,
    shared,
    hostsFile,
    knownHostsFile,
    identityFile,
    reportsFolder,
    run: async (words, how) => runCommand(['--hosts-file', hostsFile, '--reports', reportsFolder, ...words], home, how),
    latestRun: async () => readRun(join(reportsFolder, 'latest/run.json')),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function hostsText(
  hosts: readonly LoopbackHost[],
  defaults: { readonly identityFile: string; readonly knownHostsFile: string },
): string {
  const entries = hosts.map(({ name, address, port, user }) => [name, { address, port, user }] as const);
  return JSON.stringify({ defaults, hosts: Object.fromEntries(entries) }, undefined, 2);
}

/** This file is dist/src/testing/fleet.js. */
const program = fileURLToPath(new URL('../../bin/program/funbric.js', import.meta.url));

async function runCommand(words: readonly string[], home: string, options: FleetRunOptions = {}): Promise<FleetRun> {
  const { SSH_AUTH_SOCK: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [program, ...words], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...inherited, NO_COLOR: '1', HOME: home, ...options.env },
    timeout: options.timeoutMs ?? defaultTimeoutMs,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close');
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = await ended;
  return { status: code ?? signal, stdout, stderr };
}

async function readRun(file: string): Promise<Run> {
  try {
    return runSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new FunbricError('input', `${file}: no run of this fleet can be read`, {
      hint: 'run a task with it first; commands after -- leave no run',
      cause: error,
    });
  }
}
