/** Which Node.js a run would use on a host, and whether its agent lies there already: asked and decided as a deployment does. */
import { FunbricError } from '../../model/errors.ts';
import { printable } from '../../transports/printable.ts';
import type { Connection } from '../../transports/transport.ts';
import type { FleetAccess } from '../asking/ask-hosts.ts';
import { loadAgentBundle } from '../deploy/agent.ts';
import { makePacker, type Packer } from '../deploy/parcel.ts';
import { probeHost, type HostProbe } from '../deploy/probe.ts';
import { findCached } from '../deploy/runtime-cache.ts';
import { openSources, type Source } from '../deploy/runtime-source.ts';
import { packageFiles } from '../package-files.ts';

export interface NodePlan {
  /** In words: which one, or what is missing. */
  readonly node: string;
  readonly isUsable: boolean;
  /** Where it isn't usable. */
  readonly change: string | undefined;
  readonly isAgentCached: boolean;
}

/** Made once for all hosts: the agent is read for it, and the files of --runtime. */
export async function nodePlanner({
  runtime,
  currentFolder,
  signal,
}: FleetAccess): Promise<(connection: Connection) => Promise<NodePlan>> {
  const { sha256 } = await loadAgentBundle(packageFiles.agent);
  const sourceFor = await openSources(runtime, [currentFolder, packageFiles.root]);
  // Only hashes here, so that there is nothing to close.
  const packer = makePacker();
  return async (connection) => {
    const probe = await probeHost(connection, { agentSha256: sha256, isThorough: true, signal });
    const isAgentCached = probe.cachedAgent !== undefined;
    if (runtime.kind !== 'files' && probe.node !== undefined) {
      const node = `Node.js ${printable(probe.node.version ?? '?')} (${printable(probe.node.path)})`;
      return { node, isUsable: true, change: undefined, isAgentCached };
    }
    return { ...(await broughtTo(connection, probe, { sourceFor, packer, signal })), isAgentCached };
  };
}

async function broughtTo(
  connection: Connection,
  probe: HostProbe,
  {
    sourceFor,
    packer,
    signal,
  }: {
    readonly sourceFor: (host: string, probe: HostProbe) => Source;
    readonly packer: Packer;
    readonly signal: AbortSignal;
  },
): Promise<Omit<NodePlan, 'isAgentCached'>> {
  const host = connection.name;
  try {
    const { what, path } = sourceFor(host, probe);
    const { sha256 } = await packer.parcelOf(path);
    if ((await findCached(connection, sha256, signal)) !== undefined)
      return { node: `${what}, cached`, isUsable: true, change: undefined };
    if (probe.places.some(({ state }) => state === 'usable'))
      return { node: `${what}, brought by the run`, isUsable: true, change: undefined };
    const found = probe.places.map(({ place, state }) => `${printable(place)}: ${state}`).join('; ');
    const change =
      'it needs 130 MB where programs may run: in the home, in /var/tmp or in /tmp; or install Node.js there';
    return { node: `no place for ${what} (${found})`, isUsable: false, change };
  } catch (error) {
    if (!(error instanceof FunbricError) || error.code !== 'deploy') throw error;
    return { node: error.message.replace(`${host}: `, ''), isUsable: false, change: error.hint };
  }
}
