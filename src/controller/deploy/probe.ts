/**
 * One script that asks a host what it takes to run the agent there: its own Node.js, and where that is missing, what one from
 * us would have to fit: system, libc, room, and whether programs may run where there is room.
 */
import { randomBytes } from 'node:crypto';
import { sha256Function } from '../../transports/copy/one-file.ts';
import type { Connection } from '../../transports/transport.ts';
import { agentFileName, cacheFolder } from './places.ts';
import { runDeployScript, type Answers } from './script.ts';

/** The oldest Node.js that the agent is built for. */
export const oldestNode = 18;

/** Bun says that it is a Node.js, but each of its threads has a clock of its own: what the agent says of time would be wrong. */
export const askVersion = `-p 'process.versions.bun ? "bun" : process.versions.node'`;

export interface FoundNode {
  readonly path: string;
  /** `bun` where it is that; undefined where it doesn't run. */
  readonly version: string | undefined;
}

/** `libc` is `glibc` or `musl` where it could be told. */
export interface HostSystem {
  readonly name: string;
  readonly machine: string;
  readonly libc: string | undefined;
  readonly libcVersion: string | undefined;
}

export type PlaceState = 'usable' | 'missing' | 'not writable, or full' | 'mounted noexec';

export interface ProbedPlace {
  readonly place: string;
  readonly state: PlaceState;
  /** Undefined where the host can't tell. */
  readonly freeBytes: number | undefined;
}

export interface HostProbe {
  readonly system: HostSystem;
  /** The first that is new enough. */
  readonly node: FoundNode | undefined;
  /** What was found and can't be used. */
  readonly unfit: readonly FoundNode[];
  /** The agent lies here already, whole. */
  readonly cachedAgent: string | undefined;
  readonly hashes: boolean;
  readonly unpacks: boolean;
  /** Looked at only where there is no Node.js, or where it was asked for. */
  readonly places: readonly ProbedPlace[];
}

export interface ProbeOptions {
  readonly agentSha256: string;
  /** Also what only a runtime of ours needs, when the host has its own. */
  readonly isThorough: boolean;
  readonly signal: AbortSignal;
}

export async function probeHost(connection: Connection, options: ProbeOptions): Promise<HostProbe> {
  return readProbe(await runDeployScript(connection, { text: probeScript(options), signal: options.signal }));
}

function readProbe(answers: Answers): HostProbe {
  const [name = 'an unknown system', machine = ''] = answers.first('system')?.split(' ') ?? [];
  const [libc, libcVersion] = answers.first('libc')?.split(' ') ?? [];
  const found = (line: string): FoundNode => {
    const [version = '', path = ''] = line.split(/ (.*)/);
    return { version: version === '-' ? undefined : version, path };
  };
  const node = answers.first('node');
  return {
    system: { name, machine, libc, libcVersion },
    node: node === undefined ? undefined : found(node),
    unfit: answers.all('unfit').map(found),
    cachedAgent: answers.first('cached'),
    hashes: answers.first('hashes') === 'yes',
    unpacks: answers.first('unpacks') === 'yes',
    places: answers.all('place').map(readPlace),
  };
}

function readPlace(line: string): ProbedPlace {
  const [place = '', state = '', kilobytes = ''] = line.split(' ');
  const freeBytes = /^\d{1,12}$/.test(kilobytes) ? Number(kilobytes) * 1024 : undefined;
  return { place, state: placeStates[state] ?? 'missing', freeBytes };
}

const placeStates: Readonly<Record<string, PlaceState>> = {
  usable: 'usable',
  missing: 'missing',
  unwritable: 'not writable, or full',
  noexec: 'mounted noexec',
};

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

/** Most hosts have a Node.js: they are asked nothing further. */
function probeScript({ agentSha256, isThorough }: ProbeOptions): string {
  return `${sha256Function}
node=
for n in "$(command -v node)" ${nodePlaces.join(' ')}; do
  [ -n "$n" ] && [ -f "$n" ] && [ -x "$n" ] || continue
  v=$("$n" ${askVersion} 2>/dev/null </dev/null) || { echo "unfit - $n"; continue; }
  [ "\${v%%.*}" -ge ${oldestNode} ] 2>/dev/null && { node=$n; echo "node $v $n"; break; }
  echo "unfit $v $n"
done
d=${cacheFolder(agentSha256)}; f="$d/${agentFileName}"
if [ -d "$d" ] && [ ! -L "$d" ] && [ -O "$d" ] && [ -f "$f" ] && [ ! -L "$f" ] && [ "$(sha256 <"$f")" = ${agentSha256} ]; then echo "cached $f"; fi
[ "$(sha256 </dev/null)" = none ] || echo "hashes yes"
${isThorough ? '' : '[ -z "$node" ] || exit 0'}
${systemScript}
${placesScript(randomBytes(8).toString('hex'))}`;
}

/** glibc says its version itself; musl is told by its loader, which Debian may have too. */
const systemScript = `echo "system $(uname -sm)"
! command -v gunzip >/dev/null 2>&1 || echo "unpacks yes"
libc() {
  v=$(getconf GNU_LIBC_VERSION 2>/dev/null) && [ -n "$v" ] && { echo "libc $v"; return; }
  for l in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.*; do
    [ -x "$l" ] || continue
    v=$("$l" --version 2>/dev/null | { read -r first; echo "\${first##* }"; }); echo "libc glibc \${v%.}"; return
  done
  for l in /lib/ld-musl-*.so.1; do
    [ -x "$l" ] || continue
    v=$("$l" 2>&1 | while read -r word value; do [ "$word" != Version ] || echo "$value"; done); echo "libc musl $v"; return
  done
}
libc`;

/** noexec shows only when a program is run. */
function placesScript(nonce: string): string {
  return `place() {
  [ -n "$2" ] && [ -d "$2" ] || { echo "place $1 missing"; return; }
  free=$(df -Pk "$2" 2>/dev/null | { read -r line; read -r device blocks used free rest; echo "$free"; })
  p="$2/.funbric-${nonce}"
  if ! (umask 077; set -C; printf '#!/bin/sh\\nexit 0\\n' >"$p") 2>/dev/null; then s=unwritable
  elif chmod 700 "$p" && "$p" 2>/dev/null; then s=usable
  else s=noexec; fi
  rm -f "$p" 2>/dev/null
  echo "place $1 $s $free"
}
h=$HOME; for d in "$HOME/.cache" "$HOME/.cache/funbric"; do [ ! -d "$d" ] || h=$d; done
place home "$h"
place /var/tmp /var/tmp
place /tmp /tmp
:`;
}
