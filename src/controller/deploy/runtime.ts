/**
 * The Node.js that a host's agent runs on: the host's own, else one from us. That lies in a cache apart from the agent, so
 * that a new agent costs kilobytes. What can't work is said before a byte is sent.
 */
import { createReadStream } from 'node:fs';
import { FunbricError } from '../../model/errors.ts';
import { printable } from '../../transports/printable.ts';
import { makeSlots } from '../../transports/slots.ts';
import type { Connection } from '../../transports/transport.ts';
import { makePacker, type Load, type Parcel } from './parcel.ts';
import { placeFile, places, runtimeFileName, type Place } from './places.ts';
import type { HostProbe, ProbedPlace } from './probe.ts';
import { findCached } from './runtime-cache.ts';
import { runtimeCheck } from './runtime-check.ts';
import { openSources, type RuntimeChoice } from './runtime-source.ts';

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
  const sourceFor = await openSources(choice, projects);
  const packer = makePacker();
  const slots = makeSlots(hostsAtOnce);
  return {
    isOwnTaken: choice.kind !== 'files',
    async bring(connection, probe, { signal, onSending }) {
      const source = sourceFor(connection.name, probe);
      const parcel = await packer.parcelOf(source.path);
      const cached = await findCached(connection, parcel.sha256, signal);
      if (cached !== undefined) return { path: cached, sha256: parcel.sha256, isTemporary: false };
      const usable = usablePlaces(connection, probe, source.what, parcel);
      const load = probe.unpacks ? await packer.pack(parcel) : { ...parcel, isPacked: false };
      onSending({ runtime: source.what, bytes: load.bytes });
      const release = await slots.take(signal);
      try {
        return await send(connection, { what: source.what, parcel, load, usable, signal });
      } finally {
        release();
      }
    },
    [Symbol.asyncDispose]: () => packer[Symbol.asyncDispose](),
  };
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

interface Shipment {
  readonly what: string;
  readonly parcel: Parcel;
  /** The parcel itself, or packed for the way. */
  readonly load: Load;
  readonly usable: readonly Place[];
  readonly signal: AbortSignal;
}

async function send(connection: Connection, { what, parcel, load, usable, signal }: Shipment): Promise<Runtime> {
  const { sha256 } = parcel;
  const file = {
    sha256,
    name: runtimeFileName,
    stdin: () => createReadStream(load.path),
    isPacked: load.isPacked,
    check: runtimeCheck,
    timeoutMs: sendMs(load.bytes),
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
  return new FunbricError('deploy', `${name}: ${what} was sent, but the agent can't run on it there: ${said}`, {
    hint: 'install what it lacks (libstdc++?), install Node.js there, or give one that runs there: --runtime FILE',
  });
}
