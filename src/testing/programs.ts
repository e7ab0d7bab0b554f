/** Programs of a host that lie, in a folder before the machine's own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { faultOf, type HostOptions } from './host-options.ts';

/** Gives the folder; undefined where the host has no programs of its own. */
export async function writePrograms(folder: string, host: HostOptions): Promise<string | undefined> {
  const faults = host.faults ?? [];
  const agent = faultOf(faults, 'other-agent');
  const programs = {
    ...(faultOf(faults, 'wrong-hashes') === undefined ? {} : wrongHashes),
    ...(agent === undefined ? {} : { node: nodeThatRuns(join(folder, 'agent.cjs')) }),
    ...host.programs,
  };
  if (Object.keys(programs).length === 0) return undefined;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (agent !== undefined) await writeFile(join(folder, 'agent.cjs'), agent.program);
  for (const [name, script] of Object.entries(programs)) {
    const text = script.startsWith('#!') ? script : `#!/bin/sh\n${script}\n`;
    await writeFile(join(folder, name), text, { mode: 0o755 });
  }
  return folder;
}

const digest = '0123456789abcdef'.repeat(4);
const lie = `cat >/dev/null; echo '${digest}  -'`;
const wrongHashes = { sha256sum: lie, shasum: lie, openssl: lie };

/** Whatever else is asked of Node, such as its version, the real one answers. */
function nodeThatRuns(program: string): string {
  const node = `'${process.execPath.replaceAll("'", String.raw`'\''`)}'`;
  const other = `'${program.replaceAll("'", String.raw`'\''`)}'`;
  return `case "$1" in */agent.cjs) exec ${node} ${other} "$@" ;; *) exec ${node} "$@" ;; esac`;
}
