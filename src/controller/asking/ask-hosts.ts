/**
 * Asks every host something outside of a run: a connection each, some at a time, and one answer each, whatever happens. A
 * sick host costs only its own answer.
 */
import { explain, FunbricError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import type { Connection } from '../../transports/transport.ts';
import type { RuntimeChoice } from '../deploy/runtime-source.ts';
import { inPlaces, type Place } from '../fan-out/places.ts';
import { within } from '../fan-out/waiting.ts';

/** The hosts that a command line means, and how to reach them. */
export interface FleetAccess {
  readonly hosts: readonly Host[];
  readonly connect: (host: Host, signal: AbortSignal) => Promise<Connection>;
  readonly isNewKeyAccepted: boolean;
  /** Connections at the same time. */
  readonly parallel: number;
  /** Where agents keep journals, if not in /var/tmp. */
  readonly workDir: string | undefined;
  /** What hosts without a Node.js get, and where its packages are looked for first. */
  readonly runtime: RuntimeChoice;
  readonly currentFolder: string;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Monotonic. */
  readonly nowMs: () => number;
}

export type HostAnswer<T> = { readonly host: string } & (
  | { readonly kind: 'answered'; readonly loginMs: number; readonly value: T }
  /** `failed`: reached, but it didn't do what it was asked. */
  | { readonly kind: 'unreachable' | 'lost' | 'failed'; readonly reason: string }
);

type Ask<T> = (connection: Connection, host: Host) => Promise<T>;

/** In the hosts' order. `limitMs` bounds all that a host is asked, from its login on: without it only what `ask` does does. */
export async function askHosts<T>(
  fleet: FleetAccess,
  ask: Ask<T>,
  { limitMs }: { readonly limitMs?: number } = {},
): Promise<readonly HostAnswer<T>[]> {
  const bounded: Ask<T> =
    limitMs === undefined
      ? ask
      : async (connection, host) => within(ask(connection, host), limitMs, `${host.name}: asking it`, limitHint);
  const { hosts, parallel } = fleet;
  return await inPlaces(hosts, { parallel }, async (host, place) => askHost(fleet, { host, place }, bounded));
}

const limitHint = 'it is overloaded, or something there hangs: log in and look at its load and its mounts';

async function askHost<T>(
  { connect, signal, nowMs }: FleetAccess,
  { host, place }: { readonly host: Host; readonly place: Place },
  ask: Ask<T>,
): Promise<HostAnswer<T>> {
  let loginMs: number | undefined;
  try {
    const startedMs = nowMs();
    await using connection = await place.reach(() => connect(host, signal));
    loginMs = nowMs() - startedMs;
    return { host: host.name, kind: 'answered', loginMs, value: await ask(connection, host) };
  } catch (error) {
    const isLost = error instanceof FunbricError && error.code === 'lost';
    const kind = loginMs === undefined ? 'unreachable' : isLost ? 'lost' : 'failed';
    return { host: host.name, kind, reason: explain(error) };
  }
}
