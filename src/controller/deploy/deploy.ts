/** Brings to a host what a run needs there: a Node.js, its own or one from us, and the agent. */
import { FunbricError } from '../../model/errors.ts';
import type { Connection } from '../../transports/transport.ts';
import { placeAgent, type AgentBundle } from './agent.ts';
import { probeHost } from './probe.ts';
import { removeTemporary } from './remove.ts';
import type { Errand, Runtime, Runtimes } from './runtime.ts';

/** An agent that lies ready on a host. */
export interface DeployedAgent {
  readonly path: string;
  readonly runtime: Runtime;
  readonly isUploaded: boolean;
  /** It lies in a folder of this run's own. */
  readonly isTemporary: boolean;
}

export interface DeployRequest extends Errand {
  readonly bundle: AgentBundle;
  readonly runtimes: Runtimes;
}

export async function deployAgent(
  connection: Connection,
  { bundle, runtimes, signal, onSending }: DeployRequest,
): Promise<DeployedAgent> {
  const { isOwnTaken } = runtimes;
  const probe = await probeHost(connection, { agentSha256: bundle.sha256, isThorough: !isOwnTaken, signal });
  if (!probe.hashes) throw noHash(connection);
  const runtime =
    isOwnTaken && probe.node !== undefined
      ? { path: probe.node.path, sha256: undefined, isTemporary: false }
      : await runtimes.bring(connection, probe, { signal, onSending });
  if (probe.cachedAgent !== undefined) {
    return { path: probe.cachedAgent, runtime, isUploaded: false, isTemporary: false };
  }
  try {
    return { ...(await placeAgent(connection, bundle, signal)), runtime, isUploaded: true };
  } catch (error) {
    await removeTemporary(connection, [runtime]).catch(() => undefined);
    throw error;
  }
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

/** Nothing, where the home took both. */
export async function removeDeployed(connection: Connection, deployed: DeployedAgent): Promise<void> {
  await removeTemporary(connection, [deployed, deployed.runtime]);
}
