/**
 * Which hosts a run is about: what -H names and what -R picks from hosts.json, without what -x takes away, and of these only
 * what --limit keeps; all of hosts.json where neither -H nor -R is given. What is typed wins over hosts.json.
 */
import { FunbricError } from '../../model/errors.ts';
import type { Host } from '../../model/host.ts';
import { parseJumps } from '../../model/jump.ts';
import { evaluateNodeSet, expandNodeSet, foldNodeSet, namesOf, type Operand } from '../../model/nodeset.ts';
import { didYouMean } from '../input/closest.ts';
import { resolvePath } from './find-hosts-file.ts';
import { nameMistake, placeOf, splitUser, withWay, type Way } from './host-name.ts';
import type { Fleet } from './hosts-file.ts';
import { limitedTo, withoutExcluded } from './narrowing.ts';

/** The fleet options of a command line; lists hold one text for each time that the option was given. */
export interface Selection {
  readonly hosts: readonly string[];
  readonly roles: readonly string[];
  readonly exclude: readonly string[];
  readonly limit?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly identityFiles: readonly string[];
  readonly knownHostsFile?: string | undefined;
  readonly transport?: string | undefined;
  /** Jump hosts, or `none`. */
  readonly jump?: string | undefined;
}

export interface InventoryContext {
  /** Without a hosts.json. */
  readonly fleet?: Fleet | undefined;
  readonly currentFolder: string;
  readonly homeFolder: string;
}

/** The hosts in the order in which they were named, each once. Throws `usage` where there are none. */
export function selectHosts(selection: Selection, context: InventoryContext): readonly Host[] {
  const flags = flagsOf(selection, context);
  const { fleet } = context;
  const chosen = new Map<string, Host>();
  for (const host of [...typedHosts(selection, flags, fleet), ...hostsOfRoles(selection.roles, flags, fleet)]) {
    refuseOther(chosen.get(host.name), host);
    chosen.set(host.name, host);
  }
  if (selection.hosts.length === 0 && selection.roles.length === 0) {
    for (const host of fleet?.hosts.values() ?? []) chosen.set(host.name, withWay(host, flags));
  }
  if (chosen.size === 0) throw noHosts(selection, fleet);
  const groups = (group: string): readonly string[] => membersOf(group, fleet);
  const left = withoutExcluded([...chosen.values()], selection.exclude, groups);
  return limitedTo(left, selection.limit ?? [], groups).map((host) => withKnownHops(host, fleet));
}

/** What hosts.json says of a jump host, beside what was typed with it. Its own way there is left to ssh_config. */
function withKnownHops(host: Host, fleet: Fleet | undefined): Host {
  if (host.jump === undefined) return host;
  const jump = host.jump.map((hop) => {
    const { address, port, user, identityFiles, knownHostsFiles } = { ...fleet?.hosts.get(hop.name), ...hop };
    const given = Object.entries({ address, port, user, identityFiles, knownHostsFiles });
    return { name: hop.name, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
  });
  return { ...host, jump };
}

function flagsOf(selection: Selection, { currentFolder, homeFolder }: InventoryContext): Way {
  const resolved = (path: string): string => resolvePath(path, currentFolder, homeFolder);
  const { user, port, identityFiles, knownHostsFile, transport, jump } = selection;
  return {
    user,
    port,
    transport,
    jump: jump === undefined ? undefined : [...parseJumps(jump)],
    identityFiles: identityFiles.length === 0 ? undefined : identityFiles.map(resolved),
    knownHostsFiles: knownHostsFile === undefined ? undefined : [resolved(knownHostsFile)],
  };
}

function typedHosts(selection: Selection, flags: Way, fleet: Fleet | undefined): readonly Host[] {
  const read = (operand: Operand): readonly Host[] => {
    if (operand.text.startsWith('@')) {
      const names = namesOf(operand, (group) => membersOf(group, fleet));
      return names.flatMap((name) => fleetHost(name, flags, fleet));
    }
    const { user, rest } = splitUser(operand.text);
    return expandNodeSet(rest).map((name) => typedHost(name, user, flags, fleet));
  };
  return selection.hosts.flatMap((text) => evaluate(text, read));
}

function evaluate(text: string, read: (operand: Operand) => readonly Host[]): readonly Host[] {
  const byName = (operand: Operand): (readonly [string, Host])[] => read(operand).map((host) => [host.name, host]);
  const hosts = evaluateNodeSet(text, byName, (before, now) => {
    refuseOther(before, now);
    return before;
  });
  return [...hosts.values()];
}

/** One typed host: what was typed with it wins over the flags, which win over hosts.json. */
function typedHost(name: string, user: string | undefined, flags: Way, fleet: Fleet | undefined): Host {
  const mistake = nameMistake(name);
  if (mistake !== undefined)
    throw new FunbricError('usage', `-H ${mistake}`, { hint: 'hosts are written [user@]host[:port]' });
  const { base, address, port } = placeOf(name);
  const known = fleet?.hosts.get(name) ?? fleet?.hosts.get(base);
  const host = known ?? fleet?.unnamed(name) ?? { name, roles: [], groups: [], variables: {} };
  return withWay(
    { ...host, name },
    {
      ...flags,
      address: known?.address ?? address,
      port: port ?? flags.port ?? host.port,
      user: user ?? flags.user ?? host.user,
    },
  );
}

function fleetHost(name: string, flags: Way, fleet: Fleet | undefined): readonly Host[] {
  const host = fleet?.hosts.get(name);
  return host === undefined ? [] : [withWay(host, flags)];
}

/** `*` is all hosts of the file. */
function membersOf(group: string, fleet: Fleet | undefined): readonly string[] {
  if (fleet === undefined) throw needsFile(`@${group}`);
  const members = group === '*' ? [...fleet.hosts.keys()] : fleet.groups.get(group);
  if (members !== undefined) return members;
  const groups = [...fleet.groups.keys()];
  throw new FunbricError('usage', `@${group}: no such group in ${fleet.file}`, {
    hint: didYouMean(group, groups, groups.length === 0 ? 'it has no groups' : `its groups: ${foldNodeSet(groups)}`),
  });
}

function hostsOfRoles(texts: readonly string[], flags: Way, fleet: Fleet | undefined): readonly Host[] {
  const read = (operand: Operand): readonly Host[] =>
    namesOf(operand).flatMap((role) => hostsOfRole(role, fleet).map((host) => withWay(host, flags)));
  return texts.flatMap((text) => evaluate(text, read));
}

function hostsOfRole(role: string, fleet: Fleet | undefined): readonly Host[] {
  if (fleet === undefined) throw needsFile(`-R ${role}`);
  const found = [...fleet.hosts.values()].filter((host) => host.roles.includes(role));
  if (found.length > 0) return found;
  const roles = [...new Set([...fleet.hosts.values()].flatMap((host) => host.roles))];
  throw new FunbricError('usage', `-R ${role}: no host in ${fleet.file} has this role`, {
    hint: didYouMean(
      role,
      roles,
      roles.length === 0 ? 'no host there has a role' : `roles there: ${foldNodeSet(roles)}`,
    ),
  });
}

function needsFile(what: string): FunbricError {
  return new FunbricError('usage', `${what} needs a hosts.json, and there is none in this folder`, {
    hint: 'name it with --hosts-file FILE; hosts.example.json shows what it holds',
  });
}

/** The same host twice is one; one name with two meanings is a mistake. */
function refuseOther(before: Host | undefined, now: Host): void {
  if (before === undefined || JSON.stringify(before) === JSON.stringify(now)) return;
  throw new FunbricError('usage', `host ${now.name} is named twice, in different ways`, {
    hint: 'a name is unique in a run: name it once, or give the other one its port or a name in hosts.json',
  });
}

export const hostsHint = 'name them with -H host1,host2, or in hosts.json; to try funbric without hosts: funbric demo';

function noHosts(selection: Selection, fleet: Fleet | undefined): FunbricError {
  const what =
    selection.hosts.length > 0 ? 'no hosts in -H' : fleet === undefined ? 'no hosts' : `no hosts in ${fleet.file}`;
  return new FunbricError('usage', what, {
    hint: hostsHint,
  });
}
