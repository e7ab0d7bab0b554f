/**
 * hosts.json: the fleet as a file, or a plain list of hosts (see hosts-list.ts). `hosts` by name, `groups` that name hosts as NodeSets and give them settings, `defaults`
 * for all. What is nearer to the host wins: host, then group (a later one over an earlier one), then defaults.
 */
import { dirname, extname, resolve } from 'node:path';
import * as z from 'zod';
import { FunbricError } from '../../model/errors.ts';
import { variableSchema, type Hop, type Host } from '../../model/host.ts';
import { parseJumps } from '../../model/jump.ts';
import { expandNodeSet, type Groups } from '../../model/nodeset.ts';
import { decodeJson, parseJson, readText } from '../input/read-json.ts';
import { resolvePath } from './find-hosts-file.ts';
import { hasControlCharacter, nameMistake, placeOf, withWay } from './host-name.ts';
import { readHostsList } from './hosts-list.ts';

const portSchema = z.int('must be a whole number').min(1, 'must be 1 to 65535').max(65_535, 'must be 1 to 65535');
const textSchema = z
  .string('must be a text')
  .min(1, 'must not be empty')
  .refine((text) => !hasControlCharacter(text), 'must hold no control characters');
/** What ssh would take for an option, or as nothing at all. */
const wordSchema = textSchema.refine((text) => !text.startsWith('-'), "must not start with '-'");
const pathsSchema = z.array(textSchema, 'must be a list of paths');

/** JSON has no comments: this is where JSON Schema puts them. */
const commentSchema = z.union([z.string(), z.array(z.string())], 'must be a text, or a list of them').optional();

const settings = {
  $comment: commentSchema.describe('For people'),
  port: portSchema.optional().describe('Port of its SSH server'),
  user: wordSchema.optional().describe('User to log in as'),
  identityFile: textSchema.optional().describe('Private key; relative to the folder of this file'),
  identityFiles: pathsSchema.optional().describe('Private keys; relative to the folder of this file'),
  knownHostsFile: textSchema.optional().describe('known_hosts file; relative to the folder of this file'),
  knownHostsFiles: pathsSchema.optional().describe('known_hosts files; relative to the folder of this file'),
  jump: wordSchema
    .optional()
    .describe('Jump hosts on the way, [user@]host[:port] with commas, or none; what this file says of them counts'),
  transport: wordSchema
    .optional()
    .describe('How to reach it: ssh (the default), openssh (the ssh program), or local for this machine'),
  roles: z.array(wordSchema, 'must be a list of texts').optional().describe('Roles, for -R'),
  vars: z
    .record(z.string(), variableSchema, 'must be an object')
    .optional()
    .describe('Variables that tasks read: host.variables'),
};

const hostSettingsSchema = z.strictObject({
  address: wordSchema.optional().describe("What to connect to, where it isn't the name"),
  ...settings,
});

const groupSchema = z.strictObject({
  hosts: z
    .union([textSchema, z.array(textSchema)], 'must be a NodeSet or a list of them')
    .describe('Its hosts, as a NodeSet (web[01-60], @group) or a list of them'),
  ...settings,
});

export const hostsFileSchema = z.strictObject({
  $schema: z.string().optional(),
  $comment: commentSchema.describe('For people'),
  defaults: z.strictObject(settings).optional().describe('Settings of all hosts that say nothing else'),
  groups: z.record(z.string(), groupSchema, 'must be an object').optional().describe('Groups: -H @name takes one'),
  hosts: z
    .record(z.string(), hostSettingsSchema, 'must be an object')
    .optional()
    .describe('Hosts by name, or by NodeSet where many have the same settings'),
});

type HostsFile = z.infer<typeof hostsFileSchema>;

const knownKeys = [...Object.keys(hostsFileSchema.shape), ...Object.keys(hostSettingsSchema.shape)];

/** The hosts of a file with all that it says of them, and its groups by name. */
export interface Fleet {
  readonly file: string;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** For a host that the file doesn't name. */
  readonly unnamed: (name: string) => Host;
}

export function readHostsFile(file: string, homeFolder: string): Fleet {
  return readHosts(file, readText(file), { folder: dirname(resolve(file)), homeFolder });
}

/** What a file holds, or what came on stdin; `folder` is where its relative paths start. */
export function readHosts(
  file: string,
  text: string,
  { folder, homeFolder }: { readonly folder: string; readonly homeFolder: string },
): Fleet {
  const resolvePath = pathResolver(folder, homeFolder);
  const isJson = extname(file) === '.json' || /^[\uFEFF\s]*\{/.test(text);
  if (!isJson) return makeFleet(file, {}, readHostsList(file, text), resolvePath);
  const content = decodeJson(file, parseJson(file, text), hostsFileSchema, knownKeys);
  return makeFleet(file, content, { own: expandKeys(file, content), groups: expandGroups(file, content) }, resolvePath);
}

interface Members {
  readonly own: ReadonlyMap<string, HostSettings>;
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
}

function makeFleet(
  file: string,
  content: HostsFile,
  { own, groups }: Members,
  resolvePath: (path: string) => string,
): Fleet {
  const hosts = new Map<string, Host>();
  for (const name of new Set([
    ...own.keys(),
    ...Array.from(groups.values(), (members) => Array.from(members)).flat(),
  ])) {
    const memberships = [...groups].filter(([, members]) => members.has(name)).map(([group]) => group);
    const groupSettings = memberships.map((group) => content.groups?.[group] ?? {});
    const layers = [content.defaults, ...groupSettings, own.get(name)];
    hosts.set(name, makeHost(name, layers, memberships, { file, resolvePath }));
  }
  return {
    file,
    hosts,
    groups: new Map([...groups].map(([group, members]) => [group, [...members]])),
    unnamed: (name) => makeHost(name, [content.defaults], [], { file, resolvePath }),
  };
}

type HostSettings = z.infer<typeof hostSettingsSchema>;

function expandKeys(file: string, content: HostsFile): ReadonlyMap<string, HostSettings> {
  const own = new Map<string, HostSettings>();
  for (const [key, value] of Object.entries(content.hosts ?? {})) {
    for (const name of namesOf(file, `hosts.${key}`, [key])) {
      if (own.has(name))
        throw refuse(file, `hosts.${key}`, `names ${name} again`, 'names are unique: keep one of them');
      own.set(name, value);
    }
  }
  return own;
}

/** A group may be made of other groups, in whatever order they stand; never of itself. */
function expandGroups(file: string, content: HostsFile): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, ReadonlySet<string>>();
  const expand = (group: string, outer: readonly string[]): ReadonlySet<string> => {
    const known = groups.get(group);
    if (known !== undefined) return known;
    const { hosts } = content.groups?.[group] ?? { hosts: [] };
    const path = `groups.${group}.hosts`;
    const inner: Groups = (name) => {
      const way = [...outer, group];
      if (way.includes(name)) throw refuse(file, path, `@${name} is made of itself`, 'leave it out there');
      if (content.groups !== undefined && Object.hasOwn(content.groups, name)) return expand(name, way);
      throw refuse(file, path, `@${name}: no such group in this file`, 'write the name of another group');
    };
    const members = new Set(namesOf(file, path, typeof hosts === 'string' ? [hosts] : hosts, inner));
    groups.set(group, members);
    return members;
  };
  const names = Object.keys(content.groups ?? {});
  for (const group of names) {
    const mistake = nameMistake(group);
    if (mistake !== undefined) throw refuse(file, `groups.${group}`, mistake, 'rename the group');
    expand(group, []);
  }
  // In the order of the file, whatever was needed first: settings of a later group win.
  return new Map(names.map((group) => [group, groups.get(group) ?? new Set()]));
}

function namesOf(file: string, path: string, nodeSets: readonly string[], groups?: Groups): readonly string[] {
  const names = nodeSets.flatMap((nodeSet) => {
    try {
      return expandNodeSet(nodeSet, groups);
    } catch (error) {
      if (!(error instanceof FunbricError) || error.code !== 'usage') throw error;
      throw refuse(file, path, error.message, error.hint ?? 'correct it');
    }
  });
  for (const name of names) {
    const mistake = nameMistake(name);
    if (mistake !== undefined) throw refuse(file, path, mistake, 'write the name of a host, or a NodeSet');
  }
  return names;
}

/** The first layer is the weakest. */
function makeHost(
  name: string,
  layers: readonly (HostSettings | undefined)[],
  groups: readonly string[],
  { file, resolvePath }: { readonly file: string; readonly resolvePath: (path: string) => string },
): Host {
  const strongest = <T>(read: (layer: HostSettings) => T | undefined): T | undefined =>
    layers.map((layer) => layer && read(layer)).findLast((value) => value !== undefined);
  const { address, port } = placeOf(name);
  const host: Host = {
    name,
    roles: [...new Set(layers.flatMap((layer) => layer?.roles ?? []))],
    groups: [...groups],
    variables: Object.fromEntries(layers.flatMap((layer) => Object.entries(layer?.vars ?? {}))),
  };
  return withWay(host, {
    address: strongest((layer) => layer.address) ?? address,
    port: port ?? strongest((layer) => layer.port),
    user: strongest((layer) => layer.user),
    identityFiles: strongest((layer) => paths(layer.identityFile, layer.identityFiles)?.map(resolvePath)),
    knownHostsFiles: strongest((layer) => paths(layer.knownHostsFile, layer.knownHostsFiles)?.map(resolvePath)),
    jump: jumpsOf(
      file,
      name,
      strongest((layer) => layer.jump),
    ),
    transport: strongest((layer) => layer.transport),
  });
}

function jumpsOf(file: string, name: string, text: string | undefined): Hop[] | undefined {
  if (text === undefined) return undefined;
  try {
    return [...parseJumps(text)];
  } catch (error) {
    if (!(error instanceof FunbricError)) throw error;
    throw refuse(file, `jump of ${name}`, error.message, error.hint ?? 'correct it');
  }
}

function paths(one: string | undefined, several: readonly string[] | undefined): readonly string[] | undefined {
  return one === undefined ? several : [one, ...(several ?? [])];
}

function pathResolver(folder: string, homeFolder: string): (path: string) => string {
  return (path) => resolvePath(path, folder, homeFolder);
}

function refuse(file: string, path: string, what: string, hint: string): FunbricError {
  return new FunbricError('input', `${file}: ${path}: ${what}`, { hint });
}
