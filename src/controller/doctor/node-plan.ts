/** Which Node.js a run would use on a host, and whether its agent lies there already: asked as a deployment asks. */
import { printable } from '../../transports/ssh-errors.ts';
import type { Connection } from '../../transports/transport.ts';
import { loadAgentBundle, probeAgent } from '../deploy.ts';
import { packageFiles } from '../package-files.ts';

export interface NodePlan {
  /** In words: a path, or what is missing. */
  readonly node: string;
  readonly isUsable: boolean;
  readonly isAgentCached: boolean;
}

/** Made once for all hosts: the agent is read for it. */
export async function nodePlanner(
  signal: AbortSignal,
): Promise<{ readonly planFor: (connection: Connection) => Promise<NodePlan> }> {
  const { sha256 } = await loadAgentBundle(packageFiles.agent);
  return {
    async planFor(connection) {
      const { node, old, cached } = await probeAgent(connection, connection.name, sha256, signal);
      if (node !== undefined) return { node: printable(node), isUsable: true, isAgentCached: cached !== undefined };
      const found = old === undefined ? 'none' : `too old: ${printable(old)}`;
      return { node: found, isUsable: false, isAgentCached: cached !== undefined };
    },
  };
}
