/** funbric's flags as options of ssh, which come before what ssh_config says; all else is left to ssh_config. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FunbricError } from '../../model/errors.ts';
import type { Host, Hop } from '../../model/host.ts';

export interface GivenOptions {
  readonly host: Host;
  /** The user's home on this machine. */
  readonly home: string;
  readonly configFile: string | undefined;
  readonly isNewKeyAccepted: boolean;
  readonly connectMs: number;
}

/** What ssh is given before the name of the host, for a login as for `ssh -G`. */
export function sshOptions({ host, home, ...given }: GivenOptions): readonly string[] {
  const settings = {
    StrictHostKeyChecking: given.isNewKeyAccepted ? 'accept-new' : 'yes',
    UpdateHostKeys: 'no',
    ClearAllForwardings: 'yes',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    // Our own limit is exact, and says what it hit; this one only has to be no shorter.
    ConnectTimeout: String(Math.ceil(given.connectMs / 1000) + 1),
    ...knownHostsSettings(host, home),
    ...(host.jump === undefined ? {} : { ProxyJump: host.jump.map((hop) => jumpText(host, hop)).join(',') || 'none' }),
    // An agent's other keys would be tried first, up to where sshd ends the login.
    ...(host.identityFiles === undefined ? {} : { IdentitiesOnly: 'yes' }),
  };
  return [
    ...(given.configFile === undefined ? [] : ['-F', given.configFile]),
    ...(host.port === undefined ? [] : ['-p', String(host.port)]),
    ...(host.user === undefined ? [] : ['-l', requireName(host, host.user)]),
    // Not with -i, which looks for the file before it reads the tokens in its name.
    ...(host.identityFiles ?? []).flatMap((path) =>
      settingOptions({ IdentityFile: quoted(host, existing(host, expandHome(path, home))) }),
    ),
    ...settingOptions(settings),
  ];
}

export function settingOptions(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** What to connect to, behind `--`, which keeps it from being an option here; but ssh passes it on to others bare. */
export function targetOf(host: Host): readonly string[] {
  return ['--', requireName(host, host.address ?? host.name)];
}

/** ssh logs in to a jump host by ssh_config alone. */
function jumpText(host: Host, hop: Hop): string {
  if (hop.identityFiles !== undefined || hop.knownHostsFiles !== undefined) {
    throw new FunbricError('unreachable', `${host.name}: ssh takes no keys or known_hosts files for a jump host`, {
      hint: `write those of ${hop.name} into ssh_config, or leave out --transport openssh`,
    });
  }
  const address = requireName(host, hop.address ?? hop.name);
  const place = address.includes(':') ? `[${address}]` : address;
  const user = hop.user === undefined ? '' : `${requireName(host, hop.user)}@`;
  return `${user}${place}${hop.port === undefined ? '' : `:${hop.port}`}`;
}

function requireName(host: Host, name: string): string {
  if (name !== '' && !name.startsWith('-') && !/\p{Cc}/u.test(name)) return name;
  throw new FunbricError('unreachable', `${host.name}: ${JSON.stringify(name)} can't be the name of a host or user`, {
    hint: 'names start with a letter or digit; check -H, -u and hosts.json',
  });
}

/** Given files stand for all of ssh's own. */
function knownHostsSettings(host: Host, home: string): Readonly<Record<string, string>> {
  if (host.knownHostsFiles === undefined) return {};
  const files = host.knownHostsFiles.map((path) => quoted(host, expandHome(path, home)));
  return { UserKnownHostsFile: files.join(' ') || '/dev/null', GlobalKnownHostsFile: '/dev/null' };
}

/** A key that was asked for by name must be there: going on without it would end in a puzzling refusal. */
function existing(host: Host, path: string): string {
  if (existsSync(path)) return path;
  throw new FunbricError('unreachable', `${host.name}: the identity file ${path} doesn't exist`, {
    hint: 'correct -i or identityFiles in hosts.json',
  });
}

/** ssh reads tokens and variables in paths; a few characters it lets nobody write plainly, or not in every version. */
function quoted(host: Host, path: string): string {
  if (!/["\\\p{Cc}]|\$\{/u.test(path)) return `"${path.replaceAll('%', '%%')}"`;
  throw new FunbricError('unreachable', `${host.name}: ssh can't be given the path ${JSON.stringify(path)}`, {
    hint: 'name a path without quotes, backslashes and ${',
  });
}

function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
