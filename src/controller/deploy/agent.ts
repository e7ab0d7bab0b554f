/** The agent: one file, uploaded once per digest, and hashed again right before it runs, as is a Node.js that we brought. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FunbricError } from '../../model/errors.ts';
import { sha256Function } from '../../transports/copy/one-file.ts';
import { posixLine, quote, quoteAll } from '../../transports/shell.ts';
import type { Connection, RemoteProcess } from '../../transports/transport.ts';
import { agentFileName, placeFile, places } from './places.ts';
import type { Runtime } from './runtime.ts';

/** The bundle, as bytes, and what it must hash to on every host. */
export interface AgentBundle {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export async function loadAgentBundle(path: string): Promise<AgentBundle> {
  const bytes = await readFile(path);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export interface PlacedAgent {
  readonly path: string;
  /** It lies in a folder of this run's own. */
  readonly isTemporary: boolean;
}

/** Uploading some hundred kilobytes. */
const uploadLimitMs = 120_000;

export async function placeAgent(
  connection: Connection,
  { bytes, sha256 }: AgentBundle,
  signal: AbortSignal,
): Promise<PlacedAgent> {
  const file = { sha256, name: agentFileName, stdin: bytes, isPacked: false, timeoutMs: uploadLimitMs } as const;
  const refusals: string[] = [];
  for (const place of places) {
    const placing = await placeFile(connection, file, place, signal);
    if (placing.kind === 'placed') return { path: placing.path, isTemporary: place !== 'home' };
    refusals.push(`${place}: ${placing.reason}`);
  }
  const { name } = connection;
  throw new FunbricError('deploy', `${name}: the agent could not be put on it (${refusals.join('; ')})`, {
    hint: `check the free space and the rights of ~/.cache/funbric, /var/tmp and /tmp on ${name}`,
  });
}

/** Starts the agent, behind the marker that its lines begin after. Both files are hashed in the same shell. */
export async function startAgent(
  connection: Connection,
  { path, runtime }: { readonly path: string; readonly runtime: Runtime },
  bundle: AgentBundle,
): Promise<{ readonly remote: RemoteProcess; readonly marker: string }> {
  const marker = `funbric-${randomBytes(12).toString('hex')}`;
  const line = [
    sha256Function,
    requireDigest(path, bundle.sha256, 'the agent'),
    ...(runtime.sha256 === undefined ? [] : [requireDigest(runtime.path, runtime.sha256, 'the Node.js')]),
    // The agent may sit on no directory that a test wants to unmount.
    `cd / && exec ${quoteAll([runtime.path, path, marker])}`,
  ].join('\n');
  const remote = await connection.exec(posixLine(line));
  return { remote, marker };
}

function requireDigest(path: string, sha256: string, what: string): string {
  return `[ "$(sha256 <${quote(path)})" = ${sha256} ] || { echo '${what} differs from what was uploaded' >&2; exit 97; }`;
}
