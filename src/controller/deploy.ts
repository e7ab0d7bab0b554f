/**
 * Brings the agent to a host: one file, uploaded once per digest to `~/.cache/funbric/<sha256>/`, hashed again right before
 * it runs. Where the home directory can't take it (read-only, full), a fresh folder in /var/tmp or /tmp does, and is removed at the end.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FunbricError } from '../model/errors.ts';
import { sha256Function } from '../transports/copy.ts';
import { runScript } from '../transports/script.ts';
import { printable } from '../transports/ssh-errors.ts';
import { posixLine, quote, quoteAll } from '../transports/shell.ts';
import { describeExit, type Connection, type RemoteProcess } from '../transports/transport.ts';

/** The bundle, as bytes, and what it must hash to on every host. */
export interface AgentBundle {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export async function loadAgentBundle(path: string): Promise<AgentBundle> {
  const bytes = await readFile(path);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** An agent that lies ready on a host. */
export interface DeployedAgent {
  readonly path: string;
  readonly node: string;
  readonly isUploaded: boolean;
  /** It lies in a folder of this run's own, which `removeTemporaryAgent` takes away. */
  readonly isTemporary: boolean;
}

/** A probe or a check is a few small processes; only a sick host takes this long. */
const scriptLimitMs = 30_000;
/** Uploading some hundred kilobytes. */
const uploadLimitMs = 120_000;
const maxScriptOutputBytes = 64 << 10;
/** The oldest Node that the agent is built for. */
const oldestNode = 18;

export async function deployAgent(
  connection: Connection,
  host: string,
  bundle: AgentBundle,
  signal: AbortSignal,
): Promise<DeployedAgent> {
  const { node, old, cached } = await probeAgent(connection, host, bundle.sha256, signal);
  if (node === undefined) throw noNode(host, old);
  if (cached !== undefined) return { path: cached, node, isUploaded: false, isTemporary: false };
  const refusals: string[] = [];
  for (const place of ['home', '/var/tmp', '/tmp'] as const) {
    const uploaded = await upload(connection, host, bundle, place, signal);
    const path = valueOf(uploaded, 'agent');
    if (path !== undefined) return { path, node, isUploaded: true, isTemporary: place !== 'home' };
    refusals.push(`${place}: ${valueOf(uploaded, 'refused') ?? 'no answer'}`);
  }
  throw new FunbricError('deploy', `${host}: the agent could not be put on it (${refusals.join('; ')})`, {
    hint: `check the free space and the rights of ~/.cache/funbric, /var/tmp and /tmp on ${host}`,
  });
}

/** What a host has of what an agent needs. Its words: whoever shows them makes them printable. */
export interface AgentProbe {
  readonly node: string | undefined;
  /** The version and path of a Node.js that is too old. */
  readonly old: string | undefined;
  /** The agent lies here already, whole. */
  readonly cached: string | undefined;
}

export async function probeAgent(
  connection: Connection,
  host: string,
  sha256: string,
  signal: AbortSignal,
): Promise<AgentProbe> {
  const probe = await script(connection, host, probeScript(sha256), signal);
  return { node: valueOf(probe, 'node'), old: valueOf(probe, 'old'), cached: valueOf(probe, 'cached') };
}

function noNode(host: string, old: string | undefined): FunbricError {
  const [version = '', path = ''] = old?.split(/ (.*)/) ?? [];
  const found =
    old === undefined
      ? 'there is no Node.js on it'
      : `the Node.js ${printable(version)} on it (${printable(path)}) is too old`;
  return new FunbricError('deploy', `${host}: ${found}: the agent needs ${oldestNode} or later`, {
    hint: 'install Node.js there; it is looked for in PATH, /usr, /usr/local, /opt, /snap, and in the home where nvm, fnm, volta, asdf, mise and n put it',
  });
}

/** Starts the agent, behind the marker that its lines begin after. It's hashed in the same shell, right before it runs. */
export async function startAgent(
  connection: Connection,
  agent: DeployedAgent,
  bundle: AgentBundle,
): Promise<{ readonly remote: RemoteProcess; readonly marker: string }> {
  const marker = `funbric-${randomBytes(12).toString('hex')}`;
  const line = [
    sha256Function,
    `[ "$(sha256 <${quote(agent.path)})" = ${bundle.sha256} ] || { echo 'the agent differs from what was uploaded' >&2; exit 97; }`,
    // The agent may sit on no directory that a test wants to unmount.
    `cd / && exec ${quoteAll([agent.node, agent.path, marker])}`,
  ].join('\n');
  const remote = await connection.exec(posixLine(line));
  return { remote, marker };
}

export async function removeTemporaryAgent(connection: Connection, host: string, agent: DeployedAgent): Promise<void> {
  if (!agent.isTemporary) return;
  const folder = agent.path.slice(0, agent.path.lastIndexOf('/'));
  const remove = `rm -f -- ${quote(agent.path)}; rmdir -- ${quote(folder)}; echo 'removed yes'`;
  await script(connection, host, remove, AbortSignal.timeout(scriptLimitMs));
}

async function upload(
  connection: Connection,
  host: string,
  bundle: AgentBundle,
  place: 'home' | '/var/tmp' | '/tmp',
  signal: AbortSignal,
): Promise<string> {
  const folder =
    place === 'home'
      ? cacheFolderScript(bundle.sha256)
      : `d=$(mktemp -d ${place}/funbric-XXXXXXXX) || refuse "no folder can be made"`;
  const text = `${sha256Function}
umask 077
refuse() { cat >/dev/null; echo "refused $1"; exit 0; }
${folder}
t="$d/.agent.$$"
cat >"$t" || { rm -f -- "$t"; refuse "it can't be written (full or read-only?)"; }
[ "$(sha256 <"$t")" = ${bundle.sha256} ] || { rm -f -- "$t"; refuse "it arrived damaged"; }
[ ! -d "$d/agent.cjs" ] || { rm -f -- "$t"; refuse "$d/agent.cjs is a folder"; }
mv -f -- "$t" "$d/agent.cjs" || refuse "it can't be renamed"
echo "agent $d/agent.cjs"`;
  return await script(connection, host, text, signal, bundle.bytes);
}

/** One `mkdir -m 700` for each part that is ours; what others could have put there is refused. */
function cacheFolderScript(sha256: string): string {
  return `[ -n "$HOME" ] && [ -d "$HOME" ] || refuse "no home directory"
[ -d "$HOME/.cache" ] || mkdir -m 700 -- "$HOME/.cache" 2>/dev/null
for d in "$HOME/.cache/funbric" "$HOME/.cache/funbric/${sha256}"; do
  mkdir -m 700 -- "$d" 2>/dev/null
  [ -d "$d" ] && [ ! -L "$d" ] && [ -O "$d" ] || refuse "$d is not a folder of ours"
  chmod 700 -- "$d" || refuse "$d can't be made private"
done`;
}

/** Where Node.js is when PATH doesn't lead to it, as in a shell that read no profile: words of a shell. */
const nodePlaces = [
  '/usr/local/bin/node',
  '/usr/bin/node',
  '/usr/bin/nodejs',
  '/opt/*/bin/node',
  '/usr/local/lib/nodejs/*/bin/node',
  '/snap/bin/node',
  '"${NVM_DIR:-$HOME/.nvm}"/versions/node/*/bin/node',
  '"${XDG_DATA_HOME:-$HOME/.local/share}"/fnm/node-versions/*/installation/bin/node',
  '"$HOME"/.fnm/node-versions/*/installation/bin/node',
  '"${VOLTA_HOME:-$HOME/.volta}"/tools/image/node/*/bin/node',
  '"$HOME"/.asdf/installs/nodejs/*/bin/node',
  '"$HOME"/.local/share/mise/installs/node/*/bin/node',
  '"${N_PREFIX:-$HOME/n}"/bin/node',
];

function probeScript(sha256: string): string {
  return `${sha256Function}
for n in "$(command -v node)" ${nodePlaces.join(' ')}; do
  [ -n "$n" ] && [ -f "$n" ] && [ -x "$n" ] || continue
  v=$("$n" -p 'process.versions.node' 2>/dev/null </dev/null) || continue
  [ "\${v%%.*}" -ge ${oldestNode} ] 2>/dev/null && { echo "node $n"; break; }
  echo "old $v $n"
done
d="$HOME/.cache/funbric/${sha256}"; f="$d/agent.cjs"
if [ -d "$d" ] && [ ! -L "$d" ] && [ -O "$d" ] && [ -f "$f" ] && [ ! -L "$f" ] && [ "$(sha256 <"$f")" = ${sha256} ]; then echo "cached $f"; fi
echo "probed yes"`;
}

async function script(
  connection: Connection,
  host: string,
  text: string,
  signal: AbortSignal,
  stdin?: Uint8Array,
): Promise<string> {
  const done = await runScript(connection, text, {
    signal,
    timeoutMs: stdin === undefined ? scriptLimitMs : uploadLimitMs,
    maxOutputBytes: maxScriptOutputBytes,
    ...(stdin === undefined ? {} : { stdin }),
  });
  if (done.exit.kind !== 'exited' || done.exit.code !== 0) {
    throw new FunbricError(
      done.exit.kind === 'lost' ? 'lost' : 'deploy',
      `${host}: preparing the agent ${describeExit(done.exit)}: ${done.stderr.toString().trim().slice(-500)}`,
    );
  }
  return done.stdout.toString();
}

/** The rest of the line that starts with the word. */
function valueOf(output: string, word: string): string | undefined {
  return output
    .split('\n')
    .find((line) => line.startsWith(`${word} `))
    ?.slice(word.length + 1);
}
