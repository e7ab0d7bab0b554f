/**
 * The Node.js that a host's agent runs on: the host's own, else one from us. That lies in a cache apart from the agent, so
 * that a new agent costs kilobytes. What can't work is said before a byte is sent.
 */
import { createReadStream } from 'node:fs';
import { FunbricError, messageOf } from '../../model/errors.ts';
import { printable } from '../../transports/ssh-errors.ts';
import { makeSlots } from '../../transports/slots.ts';
import type { Connection } from '../../transports/transport.ts';
import { readProgram, type Program } from './elf.ts';
import { findPackage, installCommand, packageFor } from './packages.ts';
import { makePacker, type Parcel } from './parcel.ts';
import { placeFile, places, runtimeFileName, type Place } from './places.ts';
import { oldestNode, type HostProbe, type ProbedPlace } from './probe.ts';
import { findCached } from './runtime-cache.ts';
import { runtimeCheck } from './runtime-check.ts';

/** `auto`: the host's own, else one of npm's. `files`: one of these for all hosts, also those that have their own. */
export type RuntimeChoice =
  | { readonly kind: 'auto' | 'host' }
  | { readonly kind: 'files'; readonly paths: readonly string[] };

export interface Runtime {
  readonly path: string;
  /** Of one that we brought; the host's own is its own business. */
  readonly sha256: string | undefined;
  /** It lies in a folder of this run's own. */
  readonly isTemporary: boolean;
}

export interface Sending {
  readonly runtime: string;
  /** As they are sent. */
  readonly bytes: number;
}

export interface Errand {
  readonly signal: AbortSignal;
  readonly onSending: (sending: Sending) => void;
}

export interface Runtimes extends AsyncDisposable {
  /** Hosts that have a Node.js of their own use it. */
  readonly isOwnTaken: boolean;
  /** Throws `deploy`, with what was found and what to do, where nothing that we have runs on the host. */
  bring(connection: Connection, probe: HostProbe, errand: Errand): Promise<Runtime>;
}

/** Few hosts at a time, so that each is done soon: all together they only share the same line. */
const hostsAtOnce = 8;
/** Beyond the program itself, for the folder and its neighbours. */
const spareBytes = 1 << 20;

/** `projects`: where packages are looked for. Throws `usage` for a file that no Linux host could run. */
export async function openRuntimes(choice: RuntimeChoice, projects: readonly string[]): Promise<Runtimes> {
  const files = choice.kind === 'files' ? await Promise.all(choice.paths.map(readGiven)) : [];
  const packer = makePacker();
  const slots = makeSlots(hostsAtOnce);
  return {
    isOwnTaken: choice.kind !== 'files',
    async bring(connection, probe, { signal, onSending }) {
      const source =
        choice.kind === 'files'
          ? fileFor(connection, probe, files)
          : sourceFor(connection, probe, choice.kind, projects);
      if (!probe.hashes) throw noHash(connection);
      const parcel = await packer.pack(source.path);
      const cached = await findCached(connection, parcel.sha256, signal);
      if (cached !== undefined) return { path: cached, sha256: parcel.sha256, isTemporary: false };
      const usable = usablePlaces(connection, probe, source.what, parcel);
      onSending({ runtime: source.what, bytes: probe.unpacks ? parcel.packedBytes : parcel.bytes });
      const release = await slots.take(signal);
      try {
        return await send(connection, { ...source, parcel, usable, isPacked: probe.unpacks, signal });
      } finally {
        release();
      }
    },
    [Symbol.asyncDispose]: () => packer[Symbol.asyncDispose](),
  };
}

interface Given extends Program {
  readonly path: string;
}

async function readGiven(path: string): Promise<Given> {
  const hint = 'name a node program for Linux, as in bin/node of its archive, or leave --runtime out';
  let program: Program | undefined;
  try {
    program = await readProgram(path);
  } catch (error) {
    throw new FunbricError('usage', `--runtime can't read ${path}: ${messageOf(error)}`, { hint, cause: error });
  }
  if (program === undefined) throw new FunbricError('usage', `--runtime: ${path} is no program for Linux`, { hint });
  return { ...program, path };
}

interface Source {
  readonly path: string;
  readonly what: string;
}

/** The first of the given files that the host can start, as far as its first page tells. */
function fileFor({ name }: Connection, { system }: HostProbe, files: readonly Given[]): Source {
  const fitting = files.find(
    ({ machine, libc }) =>
      system.name === 'Linux' &&
      machine === system.machine &&
      (libc === undefined || system.libc === undefined || libc === system.libc),
  );
  if (fitting !== undefined) return { path: fitting.path, what: 'the given Node.js' };
  const are = files.map(({ machine, libc }) => [machine, libc ?? 'static'].join(' ')).join(', ');
  const is = printable([system.name, system.machine, system.libc ?? ''].join(' ').trimEnd());
  throw new FunbricError('deploy', `${name}: no file of --runtime fits it: it is ${is}, they are ${are}`, {
    hint: 'give one for each kind of host (--runtime FILE --runtime FILE), or leave --runtime out',
  });
}

function sourceFor({ name }: Connection, probe: HostProbe, kind: 'auto' | 'host', projects: readonly string[]): Source {
  const place =
    'it is looked for in PATH, /usr, /usr/local, /opt, /snap, and in the home where nvm, fnm, volta, asdf, mise and n put it';
  const missing = `${name}: ${whatIsMissing(probe)}: the agent needs ${oldestNode} or later`;
  if (kind === 'host') {
    throw new FunbricError('deploy', missing, { hint: `install Node.js there, or leave --runtime host out; ${place}` });
  }
  const fitting = packageFor(probe.system);
  if (typeof fitting === 'string') {
    throw new FunbricError('deploy', `${missing}, and there is none on npm ${printable(fitting)}`, {
      hint: `install Node.js there, or give one that runs there: --runtime FILE; ${place}`,
    });
  }
  const found = findPackage(fitting, projects);
  if (found !== undefined) return { path: found.program, what: `Node.js ${found.version}` };
  throw new FunbricError('deploy', missing, {
    hint: `to send it one: ${installCommand(fitting)}; or install Node.js there: ${place}`,
  });
}

function whatIsMissing({ unfit: [unfit] }: HostProbe): string {
  if (unfit === undefined) return 'there is no Node.js on it';
  const path = printable(unfit.path);
  if (unfit.version === undefined) return `the Node.js on it (${path}) doesn't run`;
  return `the Node.js ${printable(unfit.version)} on it (${path}) is too old`;
}

function noHash({ name }: Connection): FunbricError {
  return new FunbricError(
    'deploy',
    `${name}: nothing there can tell a sha256, so nothing that is sent could be trusted`,
    {
      hint: 'install sha256sum (coreutils or busybox), shasum or openssl there',
    },
  );
}

function usablePlaces(
  { name }: Connection,
  { places: probed }: HostProbe,
  what: string,
  { bytes }: Parcel,
): readonly Place[] {
  const neededBytes = bytes + spareBytes;
  const whyNot = ({ state, freeBytes }: ProbedPlace): string | undefined => {
    if (state !== 'usable') return state;
    if (freeBytes !== undefined && freeBytes < neededBytes) return `${megabytes(freeBytes)} free`;
    return undefined;
  };
  const usable = places.filter((place) => probed.some((one) => one.place === place && whyNot(one) === undefined));
  if (usable.length > 0) return usable;
  const reasons = probed.map((one) => `${printable(one.place)}: ${whyNot(one) ?? 'unknown'}`).join('; ');
  throw new FunbricError('deploy', `${name}: there is no place on it for ${what} (${reasons})`, {
    hint: `it needs ${megabytes(neededBytes)} where programs may run: in the home, in /var/tmp or in /tmp; or install Node.js there`,
  });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

interface Shipment extends Source {
  readonly parcel: Parcel;
  readonly usable: readonly Place[];
  readonly isPacked: boolean;
  readonly signal: AbortSignal;
}

async function send(connection: Connection, { what, parcel, usable, isPacked, signal }: Shipment): Promise<Runtime> {
  const { sha256 } = parcel;
  const from = isPacked ? parcel.packedPath : parcel.path;
  const file = {
    sha256,
    name: runtimeFileName,
    stdin: () => createReadStream(from),
    isPacked,
    check: runtimeCheck,
    timeoutMs: sendMs(isPacked ? parcel.packedBytes : parcel.bytes),
  } as const;
  const refusals: string[] = [];
  for (const place of usable) {
    const placing = await placeFile(connection, file, place, signal);
    if (placing.kind === 'placed') return { path: placing.path, sha256, isTemporary: place !== 'home' };
    if (placing.kind === 'unfit') throw doesNotRun(connection, what, placing.reason);
    refusals.push(`${place}: ${placing.reason}`);
  }
  throw new FunbricError('deploy', `${connection.name}: ${what} could not be put on it (${refusals.join('; ')})`, {
    hint: 'check the free space and the rights of ~/.cache/funbric, /var/tmp and /tmp there',
  });
}

/** A minute, and as long as 100 kB/s take. */
function sendMs(bytes: number): number {
  return 60_000 + bytes / 100;
}

function doesNotRun({ name }: Connection, what: string, said: string): FunbricError {
  return new FunbricError('deploy', `${name}: ${what} was sent, but doesn't run there: ${said}`, {
    hint: 'install what it lacks (libstdc++?), install Node.js there, or give one that runs there: --runtime FILE',
  });
}
