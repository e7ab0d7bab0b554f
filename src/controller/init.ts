/** `funbric init`: a hosts.json and a first task, to start from. What is there already stays as it is. */
import { readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { errorCodeOf, FunbricError, messageOf } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import { foldNodeSet } from '../model/nodeset.ts';
import { makeFolders } from '../transports/make-folders.ts';
import { packageFiles } from './package-files.ts';

export interface InitRequest {
  readonly folder: string;
  /** For hosts.json; where there are none it has this machine, and says how to add others. */
  readonly hosts: readonly Host[];
}

export interface InitFile {
  /** Relative to the folder. */
  readonly path: string;
  /** False: it was there already. */
  readonly isWritten: boolean;
}

export async function initProject({ folder, hosts }: InitRequest): Promise<readonly InitFile[]> {
  const hello = await readFile(packageFiles.hello);
  return [
    await writeNew(folder, 'hosts.json', `${JSON.stringify(hostsFileOf(folder, hosts), null, 2)}\n`),
    await writeNew(folder, 'tasks/hello.ts', hello),
  ];
}

/** Never writes through a link or over anything: only a name that isn't there is taken. */
async function writeNew(folder: string, path: string, content: string | Uint8Array): Promise<InitFile> {
  try {
    await makeFolders(join(folder, path, '..'));
    await writeFile(join(folder, path), content, { flag: 'wx' });
    return { path, isWritten: true };
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST' && existsSync(join(folder, path))) return { path, isWritten: false };
    throw new FunbricError('input', `${join(folder, path)} can't be written: ${messageOf(error)}`, {
      hint: 'go to a folder that you can write, and run funbric init there',
    });
  }
}

const comment = [
  'Hosts by name, or by NodeSet where many have the same settings. Say what ssh_config does not say already:',
  '"web[01-20]": { "address": "192.0.2.11", "port": 22, "user": "stress", "identityFile": "~/.ssh/id_ed25519" }',
  'Groups, for -H @clients, and roles, for -R client: "groups": { "clients": { "hosts": "web[01-20]", "roles": ["client"] } }',
  'Settings of all hosts: "defaults": { "user": "stress", "vars": { "mount": "/mnt/test" } }. Tasks read vars as host.variables.',
  'See them: funbric --list-hosts. Look at them: funbric doctor.',
];

function hostsFileOf(folder: string, hosts: readonly Host[]): object {
  const schema = relative(folder, packageFiles.hostsSchema).replaceAll('\\', '/');
  return {
    // Of an installation elsewhere it would be a path that only this machine has.
    ...(schema.startsWith('..') || schema.startsWith('/') ? {} : { $schema: `./${schema}` }),
    $comment: comment,
    hosts: hosts.length === 0 ? { here: { transport: 'local' } } : settingsByName(hosts),
  };
}

/** Hosts with the same settings are one entry. */
function settingsByName(hosts: readonly Host[]): Readonly<Record<string, object>> {
  const groups = new Map<string, { readonly names: string[]; readonly settings: object }>();
  for (const host of hosts) {
    const settings = settingsOf(host);
    const key = JSON.stringify(settings);
    const group = groups.get(key) ?? { names: [], settings };
    groups.set(key, group);
    group.names.push(host.name);
  }
  return Object.fromEntries(Array.from(groups.values(), ({ names, settings }) => [foldNodeSet(names), settings]));
}

/** What is the same as the name says isn't said again. */
function settingsOf({ name, address, port, user, identityFiles, knownHostsFiles, transport }: Host): object {
  return {
    ...(address === undefined || address === name ? {} : { address }),
    ...(port === undefined || name.endsWith(`:${port}`) ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(identityFiles === undefined ? {} : { identityFiles }),
    ...(knownHostsFiles === undefined ? {} : { knownHostsFiles }),
    ...(transport === undefined ? {} : { transport }),
  };
}
